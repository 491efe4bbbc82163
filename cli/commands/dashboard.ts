/** `cloudreg dashboard <output>`: a page on this machine that shows how a job goes, or how it went. */
import { once } from 'node:events';
import type { DefineCommand } from '../command.ts';
import { startDashboardServer } from '../dashboard/dashboard-server.ts';
import { jobPage } from '../dashboard/job-page.ts';
import { EXIT_DONE, RefusedError } from '../errors.ts';
import { listenForInterrupts } from '../interrupts.ts';
import { newToken } from '../loopback.ts';
import { jobIn, openOutputFolder } from '../output-folder.ts';
import { checkStateIsHere } from '../state-place.ts';
import { line, type Terminal } from '../terminal.ts';

interface DashboardFlags {
  readonly port?: string;
  readonly json?: true;
}

export const define: DefineCommand = (command, terminal, exit) => {
  command
    .argument('<output>', 'output folder of a job of this machine: running, finished or failed')
    .option('--port <number>', 'of this machine, on the loopback interface only (default: a free one)')
    .option('--json', 'one JSON object a line on standard output')
    .option('--verbose', 'print errors with their stack')
    .action(async (output: string, flags: DashboardFlags) => exit(await dashboard(terminal, output, flags)));
};

/** Serves until it is interrupted. */
async function dashboard(terminal: Terminal, output: string, flags: DashboardFlags): Promise<number> {
  const port = readPort(flags.port);
  const folder = await openOutputFolder(output);
  const job = await jobIn(folder);
  if (!job) throw new RefusedError(`There is no job in ${folder.path}: give the output of cloudreg run.`);
  await checkStateIsHere(folder);
  const server = await startDashboardServer({
    port,
    token: newToken(),
    answer: jobPage(folder, job, Date.now),
  });
  const interrupts = listenForInterrupts({ onDrain: () => {}, onStop: () => {} });
  try {
    if (flags.json)
      line(terminal.out, JSON.stringify({ event: 'serving', url: server.url, jobId: job.jobId }));
    else line(terminal.out, `Open ${server.url} in a browser of this machine; Ctrl-C ends it.`);
    if (!interrupts.drain.aborted) await once(interrupts.drain, 'abort');
    return EXIT_DONE;
  } finally {
    interrupts.dispose();
    await server.close();
  }
}

const HIGHEST_PORT = 65_535;

function readPort(text: string | undefined): number {
  if (text === undefined) return 0;
  const port = Number(text);
  if (/^\d+$/.test(text) && port > 0 && port <= HIGHEST_PORT) return port;
  throw new RefusedError(`--port is "${text}"; expected a number from 1 to ${HIGHEST_PORT}.`);
}
