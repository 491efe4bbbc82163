/** `cloudreg jobs`: every job of the deployment, the newest first, and what its queues hold. */
import { pipeline } from '../../services/pipeline.ts';
import { shapeOf } from '../../shared/engine/engine.ts';
import type { JobTable } from '../../shared/engine/ports.ts';
import { firstPass } from '../../shared/engine/ready.ts';
import type { JobRecord } from '../../shared/engine/records.ts';
import { type JobStatus, jobStatus } from '../../shared/engine/status.ts';
import { type Cloud, openCloud } from '../cloud/cloud.ts';
import { queueLines, readQueues } from '../cloud/queue-depths.ts';
import type { DefineCommand } from '../command.ts';
import { addDeploymentFlags, type DeploymentFlags } from '../deployment.ts';
import { EXIT_DONE } from '../errors.ts';
import { addJsonFlag } from '../run-options.ts';
import { line, type Terminal } from '../terminal.ts';

interface JobsFlags extends DeploymentFlags {
  readonly json?: true;
}

export const define: DefineCommand = (command, terminal, exit) => {
  addJsonFlag(addDeploymentFlags(command))
    .option('--verbose', 'print errors with their stack')
    .action(async (flags: JobsFlags) => exit(await jobs(terminal, await openCloud(flags), flags)));
};

export async function jobs(
  terminal: Terminal,
  cloud: Cloud,
  { json }: { readonly json?: true },
): Promise<number> {
  const { table } = cloud.engine;
  const records = (await table.listJobs()).sort((a, b) => b.createdAt - a.createdAt);
  const rows = await Promise.all(records.map(async (job) => ({ job, status: await statusOf(table, job) })));
  const queues = await readQueues(cloud);
  if (json) {
    for (const row of rows) line(terminal.out, JSON.stringify(rowObject(row)));
    line(terminal.out, JSON.stringify({ event: 'done', jobs: rows.length, approximateQueues: queues }));
    return EXIT_DONE;
  }
  if (rows.length === 0) line(terminal.out, `The deployment ${cloud.deployment.name} has no job.`);
  for (const row of rows) line(terminal.out, rowText(row));
  for (const text of queueLines(cloud, queues)) line(terminal.out, text);
  return EXIT_DONE;
}

interface Row {
  readonly job: JobRecord;
  readonly status: JobStatus;
}

/** By its own record, and one more where nothing is done yet. */
async function statusOf(table: JobTable, job: JobRecord): Promise<JobStatus> {
  const shapes = pipeline.steps.map(shapeOf);
  const first = shapes.find(({ id, waitsFor }) => job.generations[id] !== undefined && waitsFor.length === 0);
  const planned =
    job.doneSteps.size > 0 ||
    (first !== undefined && (await table.getRun(firstPass(job, first.id))) !== undefined);
  return jobStatus(job, shapes, planned);
}

const rowObject = ({ job, status }: Row): object => ({
  event: 'job',
  jobId: job.jobId,
  status,
  createdAt: new Date(job.createdAt).toISOString(),
  input: job.input,
  output: job.output,
  stepsDone: job.doneSteps.size,
  stepsFailed: job.failedSteps.size,
  waiting: job.waiting ?? null,
});

const LONGEST_STATUS = 'incomplete'.length;

const rowText = ({ job, status }: Row): string =>
  `${job.jobId}  ${status.padEnd(LONGEST_STATUS)}  ${new Date(job.createdAt).toISOString()}  ${job.input} -> ${job.output}`;
