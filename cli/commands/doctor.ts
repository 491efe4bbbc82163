/** `cloudreg doctor [folder|url]`: will it run here? Can others read that volume? Each finding with what to do about it. */

import { withoutScheme } from '../../shared/viewer/source-url.ts';
import { inspectDeployment } from '../cloud/inspect-deployment.ts';
import type { DefineCommand } from '../command.ts';
import { addDeploymentFlags, type DeploymentFlags } from '../deployment.ts';
import { EXIT_DONE, EXIT_FAILED } from '../errors.ts';
import { inspectHosting } from '../hosting/inspect-hosting.ts';
import { type Finding, inspectMachine } from '../inspection.ts';
import { line, type Terminal } from '../terminal.ts';

export const define: DefineCommand = (command, terminal, exit) => {
  command
    .argument(
      '[folder]',
      'where output would go; or the https:// URL of a volume that others should read',
      '.',
    )
    .option('--json', 'one JSON object a line');
  addDeploymentFlags(command).action(async (folder: string, flags: DoctorFlags) =>
    exit(await doctor(terminal, folder, flags)),
  );
};

interface DoctorFlags extends DeploymentFlags {
  readonly json?: true;
}

async function doctor(terminal: Terminal, folder: string, flags: DoctorFlags): Promise<number> {
  const json = flags.json === true;
  const isHosted = /^https?:\/\//.test(withoutScheme(folder));
  const findings = isHosted
    ? await inspectHosting(folder)
    : [...(await inspectMachine(folder)), ...(await inspectDeployment(flags))];
  for (const finding of findings)
    line(
      terminal.out,
      json ? JSON.stringify({ event: 'check', ...finding }) : findingText(finding, terminal.colours),
    );
  const bad = findings.filter((finding) => finding.verdict === 'bad');
  const ready = bad.length === 0;
  if (json) line(terminal.out, JSON.stringify({ event: 'done', ready }));
  else
    line(terminal.out, ready ? readyText(isHosted) : `Not ready: ${bad.map(({ what }) => what).join(', ')}.`);
  return ready ? EXIT_DONE : EXIT_FAILED;
}

const readyText = (isHosted: boolean): string =>
  isHosted ? 'Ready: cloudreg link gives the address for others.' : 'Ready: try "cloudreg demo".';

const MARKS = { good: 'ok', warning: 'note', bad: 'BAD' } as const;
const COLOURS = { good: '\x1b[32m', warning: '\x1b[33m', bad: '\x1b[31m' } as const;

function findingText({ verdict, what, found, advice }: Finding, colours: boolean): string {
  const mark = MARKS[verdict].padEnd(4);
  const shown = colours ? `${COLOURS[verdict]}${mark}\x1b[0m` : mark;
  return `${shown}  ${what.padEnd(16)}  ${found}${advice === undefined ? '' : `\n${' '.repeat(24)}${advice}`}`;
}
