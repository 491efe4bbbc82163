/**
 * `npm run demo:cloud`: AWS on this machine, without AWS. Servers of others stand for S3, SQS and DynamoDB, one process for
 * each service does the work, and an upload starts it all.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makePhantomAcquisition } from '../../cli/phantom/make-phantom.ts';
import { demoPhantom } from '../../cli/phantom/plan.ts';
import { INI } from '../../shared/acquisition/colm/read-colm.ts';
import { UPLOAD_QUEUE } from '../../shared/adapters/aws/deployment.ts';
import { auditJob, countMessages } from './audit-job.ts';
import { crewOf } from './crew.ts';
import { type LocalCloud, QUEUES, RAW_BUCKET, startLocalCloud } from './local-cloud.ts';
import type { Running } from './program.ts';
import { uploadEvent } from './upload-event.ts';
import { uploadFolder } from './upload-folder.ts';
import { waitFor } from './wait-for.ts';

const PHANTOM = { ...demoPhantom, rows: 2, columns: 2, tileSize: [256, 256, 32] as const, missing: [] };
const FOLDER = 'phantom';
const BEGIN_SECONDS = 60;
const QUIET_SECONDS = 60;
/** It takes about a minute on two cores that have nothing else to do. */
const LONGEST_SECONDS = 600;

const say = (text: string): void => void process.stdout.write(`${text}\n`);

async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'cloudreg-demo-cloud-'));
  const started = performance.now();
  const logFolder = join(folder, 'logs');
  const cloud = await startLocalCloud({ logFolder });
  say('S3, SQS and DynamoDB run on this machine: an S3 server of these tests, fauxqs and dynalite.');
  try {
    const crew = crewOf({ workers: 1 });
    const programs = crew.map((post) => cloud.start(post));
    say(
      `A process for each service, one for plans, one for what Lambda does: ${crew.map(({ name }) => name).join(', ')}`,
    );
    await Promise.race([
      endAfter(LONGEST_SECONDS, logFolder),
      showAll(cloud, join(folder, 'acquisition')),
      ...programs.map((one) => noticeEnd(one, logFolder)),
    ]);
    const seconds = Math.round((performance.now() - started) / 1000);
    say(`All of it ran in ${seconds} s on this machine, and nothing of it on AWS.`);
  } finally {
    await cloud.stop();
  }
  await rm(folder, { recursive: true });
}

async function showAll(cloud: LocalCloud, folder: string): Promise<void> {
  await upload(cloud, folder);
  const { jobId, output } = await jobOfUpload(cloud);
  say(`The upload started job ${jobId}.\n\n$ cloudreg status ${jobId} --watch`);
  await show(cloud, 'status', jobId, '--watch');
  say(`\n$ cloudreg verify ${output}`);
  await show(cloud, 'verify', output);
  await prove(cloud, jobId, output);
}

async function endAfter(seconds: number, logFolder: string): Promise<never> {
  await sleep(seconds * 1000, undefined, { ref: false });
  throw new Error(`not done after ${seconds} s; see the logs in ${logFolder}`);
}

/** Nobody ends them before the demo does. */
async function noticeEnd({ name, ended }: Running, logFolder: string): Promise<never> {
  const exitCode = await ended;
  throw new Error(
    `the process of ${name} ended with exit code ${exitCode}; see ${join(logFolder, `${name}.log`)}`,
  );
}

/** The acquisition as a microscope's computer would copy it; `Experiment.ini` comes last. */
async function upload(cloud: LocalCloud, folder: string): Promise<void> {
  const { rows, columns, tileSize, channels } = PHANTOM;
  await makePhantomAcquisition({ ...PHANTOM, folder, threads: 2 });
  const store = cloud.store(`s3://${RAW_BUCKET}/${FOLDER}`);
  const keys = await uploadFolder(folder, store);
  say(
    `Uploaded a synthetic acquisition (${rows} x ${columns} tiles of ${tileSize.join(' x ')}, ${channels} channels, ` +
      `${keys.length} objects) to ${store.url}.`,
  );
  const ini = await readFile(join(folder, INI));
  const body = uploadEvent({ bucket: RAW_BUCKET, key: `${FOLDER}/${INI}`, size: ini.length });
  await cloud.open.queues.queue(UPLOAD_QUEUE).send([{ body, group: FOLDER }]);
  say(`Posted the notification that S3 sends for ${INI}: this server sends none by itself.`);
}

const jobOfUpload = ({ open: { table } }: LocalCloud) =>
  waitFor(async () => (await table.listJobs())[0], {
    seconds: BEGIN_SECONDS,
    why: 'the upload has not started a job',
  });

async function show(cloud: LocalCloud, ...words: string[]): Promise<void> {
  const { exitCode } = await cloud.run(words, (text) => void process.stdout.write(text));
  if (exitCode === 0) return;
  throw new Error(`cloudreg ${words.join(' ')} ended with exit code ${exitCode}; logs: ${cloud.logFolder}`);
}

async function prove(cloud: LocalCloud, jobId: string, output: string): Promise<void> {
  const { tasks, violations } = await auditJob(cloud.open.table, jobId);
  if (violations.length > 0) throw new Error(`the records are not complete: ${violations.join('; ')}`);
  await waitFor(async () => (await countMessages(cloud.open.queues, QUEUES)) === 0, {
    seconds: QUIET_SECONDS,
    why: 'messages are left in the queues',
  });
  say(
    '\nProved here: an upload alone starts a job; the same steps as on one machine run as separate processes that talk ' +
      'over the wire protocols of SQS, DynamoDB and S3;',
  );
  say(
    `each of its ${tasks} tasks is recorded once, no message is left, and every chunk in ${output} is sound.`,
  );
}

process.on('SIGINT', () => process.exit(130)).on('SIGTERM', () => process.exit(143));
await main();
