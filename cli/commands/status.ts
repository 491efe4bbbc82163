/** `cloudreg status <output>`: how far the job is, which tasks failed and why; beside a running one, too. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { NewJob } from '../../shared/engine/records.ts';
import type { DefineCommand } from '../command.ts';
import { EXIT_DONE, EXIT_FAILED, RefusedError } from '../errors.ts';
import { shortPath } from '../folders.ts';
import { type JobState, readJobState } from '../job-state.ts';
import { jobIn, type OutputFolder, openOutputFolder } from '../output-folder.ts';
import { type OwnerNote, ownerOf } from '../owner-note.ts';
import { createProgressDisplay } from '../progress/progress-display.ts';
import { plainBar, type StepLine, stepText } from '../progress/progress-lines.ts';
import { counted } from '../quantities.ts';
import { line, type Terminal } from '../terminal.ts';

interface StatusFlags {
  readonly watch?: true;
  readonly json?: true;
}

export const define: DefineCommand = (command, terminal, exit) => {
  command
    .argument('<output>', 'folder of the job')
    .option('--watch', 'go on until the job ends or nobody works on it')
    .option('--json', 'one JSON object a line on standard output')
    .option('--verbose', 'print errors with their stack')
    .action(async (output: string, flags: StatusFlags) => exit(await status(terminal, output, flags)));
};

async function status(terminal: Terminal, output: string, flags: StatusFlags): Promise<number> {
  const folder = await openOutputFolder(output);
  const job = await jobIn(folder);
  if (!job) throw new RefusedError(`There is no job in ${folder.path}: give the output of cloudreg run.`);
  if (flags.watch) await watch(terminal, folder, job, flags);
  const view = await look(folder, job);
  if (flags.json) line(terminal.out, JSON.stringify(statusObject(view)));
  else for (const text of statusLines(view)) line(terminal.out, text);
  return view.state.status === 'failed' ? EXIT_FAILED : EXIT_DONE;
}

interface View {
  readonly folder: OutputFolder;
  readonly job: NewJob;
  readonly state: JobState;
  readonly owner: OwnerNote | undefined;
}

/** The owner first: a run that ends in between is then seen in its last state. */
async function look(folder: OutputFolder, job: NewJob): Promise<View> {
  const owner = await ownerOf(folder);
  return { folder, job, owner, state: await readJobState(folder, job) };
}

const WATCH_MILLISECONDS = 1000;

async function watch(
  terminal: Terminal,
  folder: OutputFolder,
  job: NewJob,
  flags: StatusFlags,
): Promise<void> {
  const display = createProgressDisplay(
    terminal,
    { json: flags.json === true },
    () => performance.now() / 1000,
  );
  for (;;) {
    const { state, owner } = await look(folder, job);
    display.show({ steps: state.steps.map(toShown) });
    if (!owner) break;
    await sleep(WATCH_MILLISECONDS);
  }
  display.end();
}

const toShown = (step: JobState['steps'][number]) => ({
  ...step,
  tasks: step.passes === 0 ? undefined : step.tasks,
});

const statusObject = ({ folder, job, state, owner }: View): object => ({
  event: 'status',
  jobId: job.jobId,
  status: state.status,
  input: job.input,
  output: folder.store.url,
  owner: owner ?? null,
  steps: state.steps,
  failures: state.failures,
});

function statusLines({ folder, job, state, owner }: View): string[] {
  const nameWidth = Math.max(0, ...state.steps.map(({ step }) => step.length));
  return [
    `job ${job.jobId}: ${statusText(state, owner)}`,
    ...state.steps.map((step) => stepText(lineOf(step), nameWidth, Number.POSITIVE_INFINITY, plainBar)),
    ...failureLines(state),
    ...adviceFor(shortPath(folder.path), state, owner),
  ];
}

const lineOf = (step: JobState['steps'][number]): StepLine => ({
  ...toShown(step),
  rate: undefined,
  seconds: undefined,
});

/** A job that could run and that nobody runs is unfinished. */
function statusText({ status }: JobState, owner: OwnerNote | undefined): string {
  if (owner) return `${status}, ${ownerText(owner)}`;
  return status === 'running' || status === 'waiting' ? 'unfinished, no process works on it' : status;
}

const ownerText = ({ pid, host, started }: OwnerNote): string =>
  `process ${pid} on ${host} has worked on it since ${new Date(started).toISOString()}`;

const failureLines = ({ failures }: JobState): string[] =>
  failures.map(({ step, subject, attempts, accepted, lastError }) => {
    const what = typeof subject === 'number' ? `task ${subject}` : subject;
    const fate = accepted ? 'accepted as missing' : 'failed';
    return `${step}, ${what} ${fate} after ${counted(attempts, 'attempt')}: ${lastError.message}`;
  });

function adviceFor(output: string, { status }: JobState, owner: OwnerNote | undefined): string[] {
  if (owner) return [];
  if (status === 'failed') return [`Mend the cause, then: cloudreg retry ${output}`];
  if (status === 'done' || status === 'incomplete') return [];
  return [`Go on with: cloudreg resume ${output}`];
}
