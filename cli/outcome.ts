/** How a job ended, in words and as the last of the JSON lines. */
import { pipeline } from '../services/pipeline.ts';
import type { QualityReport, Spot } from '../shared/acquisition/quality-report.ts';
import { stepId } from '../shared/engine/step.ts';
import type { RunFailure } from '../shared/hosts/local.ts';
import { conversionLines } from './conversion-lines.ts';
import { correctionLines } from './correction-lines.ts';
import { EXIT_DONE, EXIT_FAILED } from './errors.ts';
import { placeIn, shortPath } from './folders.ts';
import { peakRssMiB } from './machine.ts';
import { qualityLines, readQualityReport } from './quality-lines.ts';
import { counted, formatBytes, formatRate, formatSeconds } from './quantities.ts';
import { problemLines } from './raw-data-problems.ts';
import { registrationLines } from './registration-lines.ts';
import type { JobOutcome, JobRun } from './run-job.ts';
import { line, type Terminal } from './terminal.ts';
import { countVoxels, volumesIn } from './volumes.ts';

interface Figures {
  readonly jobId: string;
  readonly output: string;
  readonly seconds: number;
  /** Of mip 0, all channels. */
  readonly voxels: number;
  /** Of the acquisition, and of all objects; as stored, by this command. */
  readonly bytesRead: number;
  readonly bytesWritten: number;
  readonly peakRssMiB: number;
  readonly tasks: JobOutcome['tasks'];
  /** At most three places, worst first; null while there is no report. */
  readonly worthALook: readonly Spot[] | null;
}

/** Prints the end of a run; returns its exit code. */
export async function reportOutcome(terminal: Terminal, run: JobRun, outcome: JobOutcome): Promise<number> {
  const exitCode = isGood(outcome) ? EXIT_DONE : EXIT_FAILED;
  const report = await readQualityReport(run.folder, run.job);
  const figures = await figuresOf(run, outcome, report);
  if (run.json) line(terminal.out, JSON.stringify(lastObject(run, outcome, figures, exitCode)));
  else for (const text of await outcomeLines(run, outcome, figures, report)) line(terminal.out, text);
  return exitCode;
}

/** The status is that of the steps that were asked for (`--until`). */
const isGood = ({ status }: JobOutcome): boolean => status === 'done' || status === 'incomplete';

const figuresOf = async (
  { job, folder }: JobRun,
  { seconds, bytesRead, bytesWritten, tasks }: JobOutcome,
  report: QualityReport | undefined,
): Promise<Figures> => ({
  jobId: job.jobId,
  output: job.output,
  seconds: Math.round(seconds * 1000) / 1000,
  voxels: await countVoxels(folder),
  bytesRead,
  bytesWritten,
  peakRssMiB: peakRssMiB(),
  tasks,
  worthALook: report?.worthALook ?? null,
});

function lastObject(run: JobRun, outcome: JobOutcome, figures: Figures, exitCode: number): object {
  if (exitCode === EXIT_DONE) return { event: 'done', ...figures };
  const message = [...failureLines(run, outcome), nextStep(run, outcome)].join('\n');
  return {
    event: 'error',
    exitCode,
    message,
    ...figures,
    status: outcome.status,
    failures: outcome.failures,
  };
}

async function outcomeLines(
  run: JobRun,
  outcome: JobOutcome,
  figures: Figures,
  report: QualityReport | undefined,
): Promise<string[]> {
  return [
    summaryLine(run, outcome, figures),
    ...(await volumeLines(run, outcome)),
    ...(await problemLines(run.folder)),
    ...(isGood(outcome) ? await conversionLines(run.folder.store) : []),
    ...(isGood(outcome) ? await correctionLines(run.folder, run.job) : []),
    ...(isGood(outcome) ? await registrationLines(run.folder) : []),
    ...(report === undefined ? [] : qualityLines(run.folder, report)),
    ...failureLines(run, outcome),
    ...(isGood(outcome) ? [] : [nextStep(run, outcome)]),
  ];
}

function summaryLine({ until }: JobRun, { status, drained }: JobOutcome, figures: Figures): string {
  const { seconds, bytesRead, bytesWritten, tasks } = figures;
  const end = drained ? 'Stopped' : `${ENDS[status]}${until === undefined ? '' : ` (until ${until})`}`;
  return (
    `${end} after ${formatSeconds(seconds)}: ran ${counted(tasks.ran, 'task')} (${tasks.done} of ${tasks.total} done), ` +
    `read ${formatBytes(bytesRead)} (${formatRate(bytesRead, seconds)}), wrote ${formatBytes(bytesWritten)}, ` +
    `peak memory ${figures.peakRssMiB} MiB`
  );
}

const ENDS: Readonly<Record<JobOutcome['status'], string>> = {
  waiting: 'Not started',
  running: 'Unfinished',
  done: 'Done',
  failed: 'Failed',
  incomplete: 'Done with accepted gaps',
  cancelled: 'Cancelled',
};

async function volumeLines({ folder }: JobRun, { status }: JobOutcome): Promise<string[]> {
  if (status !== 'done' && status !== 'incomplete') return [];
  return (await volumesIn(folder)).map((name) => `Volume: ${shortPath(placeIn(folder.path, name))}`);
}

const MOST_FAILURES = 5;

/** Each with its error, the first few of them. */
function failureLines({ folder }: JobRun, { failures }: JobOutcome): string[] {
  if (failures.length === 0) return [];
  const shown = failures.slice(0, MOST_FAILURES).map(failureText);
  const rest = failures.length - shown.length;
  const more = rest > 0 ? [`  and ${rest} more: cloudreg status ${shortPath(folder.path)}`] : [];
  return [`${counted(failures.length, 'task')} failed:`, ...shown, ...more];
}

/** `stitching.fuse, task 12: what happened`; a plan or an expansion can fail, too. */
const failureText = ({ step, subject, error }: RunFailure): string =>
  `  ${step}, ${typeof subject === 'number' ? `task ${subject}` : subject}: ${error.message}`;

/** What to do about an end that is not good. */
function nextStep({ folder, job }: JobRun, { failures, status }: JobOutcome): string {
  const output = shortPath(folder.path);
  if (status !== 'failed') return `Go on with the same command, or with: cloudreg resume ${output}`;
  const retry = `Mend the cause, then: cloudreg retry ${output}`;
  const acceptable = failures.every(
    ({ step, subject }) => typeof subject === 'number' && !firstSteps(job).includes(step),
  );
  return acceptable
    ? `${retry}\nOr leave those voxels zero: cloudreg retry --accept-missing ${output}`
    : retry;
}

/** Of the job: without what these write, nothing else can be made. */
const firstSteps = ({ steps }: JobRun['job']): readonly string[] =>
  pipeline.steps.filter(({ waitsFor }) => !waitsFor.some((step) => steps.includes(step))).map(stepId);
