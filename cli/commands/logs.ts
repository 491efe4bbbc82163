/**
 * `cloudreg logs <job>`: every failed attempt that the job's records remember, and where its workers write the rest.
 * With `--folder`, the lines about the job in log files of this machine.
 */
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { logGroupName } from '../../shared/adapters/aws/deployment.ts';
import type { JobTable } from '../../shared/engine/ports.ts';
import { firstPass } from '../../shared/engine/ready.ts';
import type { FailureRecord, JobRecord } from '../../shared/engine/records.ts';
import { type CloudJob, requireCloudJob } from '../cloud/cloud-job.ts';
import type { DefineCommand } from '../command.ts';
import { addDeploymentFlags, type DeploymentFlags } from '../deployment.ts';
import { EXIT_DONE, RefusedError } from '../errors.ts';
import { subjectText } from '../job-lines.ts';
import { counted } from '../quantities.ts';
import { addJsonFlag } from '../run-options.ts';
import { line, type Terminal } from '../terminal.ts';

interface LogsFlags extends DeploymentFlags {
  readonly folder?: string;
  readonly json?: true;
}

export const define: DefineCommand = (command, terminal, exit) => {
  command.argument('<job>', 'its id, or the s3:// URL of its output');
  addJsonFlag(addDeploymentFlags(command))
    .option('--folder <folder>', 'also the lines about the job in *.log files of this folder')
    .option('--verbose', 'print errors with their stack')
    .action(async (word: string, flags: LogsFlags) =>
      exit(await logs(terminal, await requireCloudJob(word, flags), flags)),
    );
};

/** One failed attempt: the latest of its task. */
interface Entry extends FailureRecord {
  readonly step: string;
  readonly pass: number;
}

export async function logs(
  terminal: Terminal,
  { cloud, job }: CloudJob,
  flags: Pick<LogsFlags, 'folder' | 'json'>,
): Promise<number> {
  const entries = await readEntries(cloud.engine.table, job);
  const group = logGroupName(cloud.deployment);
  const workers = [...new Set(entries.map(({ lastError }) => lastError.worker))];
  for (const entry of entries)
    line(terminal.out, flags.json ? JSON.stringify({ event: 'failure', ...entry }) : entryText(entry));
  if (flags.folder !== undefined)
    for await (const found of linesAbout(job.jobId, flags.folder))
      line(
        terminal.out,
        flags.json ? JSON.stringify({ event: 'line', ...found }) : `${found.file}: ${found.text}`,
      );
  if (flags.json) line(terminal.out, JSON.stringify({ event: 'done', logGroup: group, workers }));
  else for (const text of whatThisIs(job, entries, workers, group)) line(terminal.out, text);
  return EXIT_DONE;
}

/** Of the current generations, oldest first; also of tasks that succeeded later. */
async function readEntries(table: JobTable, job: JobRecord): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (const step of Object.keys(job.generations)) {
    for (let pass = 0; ; pass++) {
      const ref = { ...firstPass(job, step), pass };
      for (const failure of await table.listFailures(ref)) entries.push({ ...failure, step, pass });
      if (!(await table.getRun(ref))) break;
    }
  }
  return entries.sort((a, b) => a.lastError.at - b.lastError.at);
}

const entryText = ({ step, subject, attempts, lastError: { at, worker, message } }: Entry): string =>
  `${new Date(at).toISOString()}  ${worker}  ${step}, ${subjectText(subject)}, attempt ${attempts}: ${message}`;

function whatThisIs(
  job: JobRecord,
  entries: readonly Entry[],
  workers: readonly string[],
  group: string,
): string[] {
  const shown =
    entries.length === 0
      ? `No attempt of job ${job.jobId} has failed.`
      : `Shown: the last error of ${counted(entries.length, 'task or plan', 'tasks and plans')} that failed at least once, from the job's records.`;
  const worker = workers.at(-1) ?? '<worker>';
  return [
    shown,
    `What workers print besides is in CloudWatch Logs, group ${group}, a stream for each worker; this command does not read it:`,
    `  aws logs tail ${group} --log-stream-name-prefix ${worker} --since 1d`,
  ];
}

async function* linesAbout(
  jobId: string,
  folder: string,
): AsyncGenerator<{ readonly file: string; readonly text: string }> {
  const names = await readdir(folder).catch((cause: Error) => {
    throw new RefusedError(`--folder ${folder} cannot be read: ${cause.message}`, { cause });
  });
  for (const file of names.filter((name) => name.endsWith('.log')).sort()) {
    for await (const text of createInterface({ input: createReadStream(join(folder, file)) }))
      if (text.includes(jobId)) yield { file, text };
  }
}
