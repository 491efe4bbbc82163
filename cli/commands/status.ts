/** `cloudreg status <job>`: how far and how fast it is, which tasks failed and why; beside a running one, and of a deployment, too. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { NewJob } from '../../shared/engine/records.ts';
import { type CloudJob, cloudJobOf } from '../cloud/cloud-job.ts';
import { viewJob, viewLines, viewObject } from '../cloud/job-view.ts';
import { watchJob } from '../cloud/watch-job.ts';
import type { DefineCommand } from '../command.ts';
import { addDeploymentFlags, type DeploymentFlags } from '../deployment.ts';
import { EXIT_DONE, EXIT_FAILED, RefusedError } from '../errors.ts';
import { figureLines } from '../figures/figure-lines.ts';
import { type JobFigures, readJobFigures } from '../figures/job-figures.ts';
import { shortPath } from '../folders.ts';
import { failureLines, shownSteps, stepLines } from '../job-lines.ts';
import type { JobState } from '../job-state.ts';
import { jobIn, type OutputFolder, openOutputFolder } from '../output-folder.ts';
import { type OwnerNote, ownerOf } from '../owner-note.ts';
import { createProgressDisplay } from '../progress/progress-display.ts';
import { checkStateIsHere } from '../state-place.ts';
import { line, type Terminal } from '../terminal.ts';

interface StatusFlags extends DeploymentFlags {
  readonly watch?: true;
  readonly json?: true;
}

export const define: DefineCommand = (command, terminal, exit) => {
  command
    .argument('<job>', "output folder of the job; of a deployment's job its id or s3:// output")
    .option('--watch', 'go on until the job ends or nobody works on it')
    .option('--json', 'one JSON object a line on standard output');
  addDeploymentFlags(command)
    .option('--verbose', 'print errors with their stack')
    .action(async (word: string, flags: StatusFlags) => {
      const found = await cloudJobOf(word, flags);
      exit(await (found ? cloudStatus(terminal, found, flags) : status(terminal, word, flags)));
    });
};

export async function cloudStatus(
  terminal: Terminal,
  { cloud, job: { jobId } }: CloudJob,
  { watch, json = false }: { readonly watch?: true; readonly json?: boolean },
): Promise<number> {
  if (watch) await watchJob(terminal, cloud, jobId, { json });
  const view = await viewJob(cloud, jobId);
  if (json) line(terminal.out, JSON.stringify(viewObject(cloud, view)));
  else for (const text of viewLines(cloud, view)) line(terminal.out, text);
  return view.state.status === 'failed' ? EXIT_FAILED : EXIT_DONE;
}

async function status(terminal: Terminal, output: string, flags: StatusFlags): Promise<number> {
  const folder = await openOutputFolder(output);
  const job = await jobIn(folder);
  if (!job) throw new RefusedError(`There is no job in ${folder.path}: give the output of cloudreg run.`);
  await checkStateIsHere(folder);
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
  readonly figures: JobFigures['steps'];
  readonly owner: OwnerNote | undefined;
}

/** The owner first: a run that ends in between is then seen in its last state. */
async function look(folder: OutputFolder, job: NewJob): Promise<View> {
  const owner = await ownerOf(folder);
  const { state, steps } = await readJobFigures(folder, job, owner !== undefined, Date.now());
  return { folder, job, owner, state, figures: steps };
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
    const { state, owner, figures } = await look(folder, job);
    display.show({ steps: shownSteps(state), figures });
    if (!owner) break;
    await sleep(WATCH_MILLISECONDS);
  }
  display.end();
}

const statusObject = ({ folder, job, state, owner, figures }: View): object => ({
  event: 'status',
  jobId: job.jobId,
  status: state.status,
  input: job.input,
  output: folder.store.url,
  owner: owner ?? null,
  steps: state.steps,
  figures,
  failures: state.failures,
});

function statusLines({ folder, job, state, owner, figures }: View): string[] {
  return [
    `job ${job.jobId}: ${statusText(state, owner)}`,
    ...stepLines(state),
    ...figureLines(figures),
    ...failureLines(state),
    ...adviceFor(shortPath(folder.path), state, owner),
  ];
}

/** A job that could run and that nobody runs is unfinished. */
function statusText({ status }: JobState, owner: OwnerNote | undefined): string {
  if (owner) return `${status}, ${ownerText(owner)}`;
  return status === 'running' || status === 'waiting' ? 'unfinished, no process works on it' : status;
}

const ownerText = ({ pid, host, started }: OwnerNote): string =>
  `process ${pid} on ${host} has worked on it since ${new Date(started).toISOString()}`;

function adviceFor(output: string, { status }: JobState, owner: OwnerNote | undefined): string[] {
  if (owner) return [];
  if (status === 'failed') return [`Mend the cause, then: cloudreg retry ${output}`];
  if (status === 'done' || status === 'incomplete') return [];
  return [`Go on with: cloudreg resume ${output}`];
}
