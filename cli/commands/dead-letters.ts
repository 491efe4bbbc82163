/** `cloudreg dead-letters list|show|redrive`: messages that no consumer could finish. */
import { type Cloud, openCloud } from '../cloud/cloud.ts';
import {
  type DeadLetter,
  type HeldLetter,
  jobOf,
  letterText,
  withDeadLetters,
} from '../cloud/dead-letters.ts';
import { queueNames } from '../cloud/queue-depths.ts';
import type { DefineCommand } from '../command.ts';
import { addDeploymentFlags, type DeploymentFlags } from '../deployment.ts';
import { EXIT_DONE, RefusedError } from '../errors.ts';
import { counted } from '../quantities.ts';
import { addJsonFlag } from '../run-options.ts';
import { line, type Terminal } from '../terminal.ts';

interface LetterFlags extends DeploymentFlags {
  readonly queue?: string;
  readonly json?: true;
}

const DEEDS = ['list', 'show', 'redrive'] as const;
type Deed = (typeof DEEDS)[number];

export const define: DefineCommand = (command, terminal, exit) => {
  command
    .argument('<deed>', 'list; show <id>; or redrive [id]: send them to their queue again')
    .argument('[id]', 'as list prints it');
  addJsonFlag(addDeploymentFlags(command))
    .option('--queue <name>', 'of this queue only: plans, uploads, or a service')
    .option('--verbose', 'print errors with their stack')
    .action(async (deed: string, id: string | undefined, flags: LetterFlags) => {
      const known = DEEDS.find((name) => name === deed);
      if (!known)
        throw new RefusedError(`"${deed}" is nothing to do with dead letters: use ${DEEDS.join(', ')}.`);
      if (known === 'show' && id === undefined)
        throw new RefusedError('Which one? See: cloudreg dead-letters list');
      exit(await deadLetters(terminal, await openCloud(flags), known, id, flags));
    });
};

export async function deadLetters(
  terminal: Terminal,
  cloud: Cloud,
  deed: Deed,
  id: string | undefined,
  flags: Pick<LetterFlags, 'queue' | 'json'>,
): Promise<number> {
  const json = flags.json === true;
  const use = (letters: readonly HeldLetter[]): Promise<readonly DeadLetter[]> =>
    handle(cloud, deed, id, letters);
  const found = queuesMeant(cloud, flags.queue).map((queue) => withDeadLetters(cloud, queue, use));
  const seen = (await Promise.all(found)).flat();
  for (const letter of seen) line(terminal.out, json ? letterJson(deed, letter) : lineOf(deed, letter));
  if (id !== undefined && seen.length === 0)
    throw new RefusedError(`There is no dead letter ${id}. See: cloudreg dead-letters list`);
  if (json) line(terminal.out, JSON.stringify({ event: 'done', deadLetters: seen.length }));
  else for (const text of endLines(deed, seen)) line(terminal.out, text);
  return EXIT_DONE;
}

async function handle(
  cloud: Cloud,
  deed: Deed,
  id: string | undefined,
  letters: readonly HeldLetter[],
): Promise<readonly DeadLetter[]> {
  const meant = letters.filter((letter) => id === undefined || letter.id === id);
  if (deed === 'redrive') for (const letter of meant) await redrive(cloud, letter);
  return meant;
}

function queuesMeant(cloud: Cloud, name: string | undefined): readonly string[] {
  const names = queueNames(cloud);
  if (name === undefined) return names;
  if (names.includes(name)) return [name];
  throw new RefusedError(`--queue is "${name}"; there are ${names.join(', ')}.`);
}

/** Sent first: a command that dies in between leaves a duplicate, which does nothing twice. */
async function redrive({ engine }: Cloud, letter: HeldLetter): Promise<void> {
  await engine.queues
    .queue(letter.queue)
    .send([{ body: letter.body, group: jobOf(letter.body) ?? 'redriven' }]);
  await letter.remove();
}

const letterJson = (deed: Deed, { id, queue, body }: DeadLetter): string =>
  JSON.stringify({ event: deed === 'redrive' ? 'redriven' : 'dead-letter', id, queue, body });

const lineOf = (deed: Deed, { id, queue, body }: DeadLetter): string =>
  deed === 'show' ? `${id}  ${queue}\n${body}` : `${id}  ${queue}  ${letterText(body)}`;

function endLines(deed: Deed, seen: readonly DeadLetter[]): string[] {
  if (deed === 'redrive') return [`Sent ${counted(seen.length, 'message')} to their queues again.`];
  if (deed === 'show') return [];
  if (seen.length === 0)
    return ['No dead letters. Tasks that failed are in the records: cloudreg status <job>'];
  return [
    `${counted(seen.length, 'dead letter')}. A task that its records call failed is run again by: cloudreg retry <job>`,
  ];
}
