/**
 * What the event of an upload does to its job. The events come in any order and more than once, so none is believed:
 * each looks at the job and at `cloudreg.json` as they are now, in this order, and changes the job only where it still
 * is as it was seen. Whoever saw an older file is refused, and looks again.
 */
import { resume, retry, start } from '../../../shared/engine/commands.ts';
import type { Engine } from '../../../shared/engine/engine.ts';
import { isPermanent } from '../../../shared/engine/errors.ts';
import { canonicalJson } from '../../../shared/engine/files.ts';
import { differences } from '../../../shared/engine/job.ts';
import type { ObjectStore } from '../../../shared/engine/ports.ts';
import type { JobRecord, NewJob } from '../../../shared/engine/records.ts';
import { jobStatus } from '../../../shared/engine/status.ts';
import { newWaiting } from '../../../shared/engine/waiting.ts';
import type { Upload } from './notification.ts';
import { claimOutput, freeOutput, uploadErrorFile, writeOwner, writeUploadError } from './upload-files.ts';
import { inputOf, type UploadSettings, uploadJob, uploadJobId, usualOutput } from './upload-job.ts';
import { readUploadWish, type UploadWish } from './upload-wish.ts';

type Followed = 'upload-started' | 'upload-changed' | 'upload-goes-on' | 'upload-known';

export type UploadEvent =
  | { readonly event: Followed; readonly acquisition: string; readonly job: string }
  /** Nothing is started until somebody mends it: worth an alarm. */
  | { readonly event: 'upload-refused'; readonly acquisition: string; readonly problem: string }
  | { readonly event: 'upload-trouble'; readonly problem: string };

export interface UploadPorts extends UploadSettings {
  readonly engine: Engine;
  readonly openStore: (url: string) => Promise<ObjectStore>;
  readonly log: (event: UploadEvent) => void;
}

interface Refused {
  readonly refused: string;
}

/** Rejects on errors of the ports that may pass: the event comes again. */
export async function startUpload(upload: Upload, ports: UploadPorts): Promise<void> {
  const answer = await decide(upload, ports).catch((error: unknown): Refused => {
    // The same event would meet it again: access denied, a bucket that is not there.
    if (isPermanent(error)) return { refused: (error as Error).message };
    throw error;
  });
  if (typeof answer === 'object') return refuse(upload, answer.refused, ports);
  await (await ports.openStore(usualOutput(upload, ports))).delete([uploadErrorFile.key]);
  ports.log({ event: answer, acquisition: inputOf(upload), job: uploadJobId(upload) });
}

async function decide(upload: Upload, ports: UploadPorts): Promise<Followed | Refused> {
  const source = await ports.openStore(inputOf(upload));
  for (;;) {
    const seen = await ports.engine.table.getJob(uploadJobId(upload));
    const read = await readUploadWish(source);
    if (read.kind === 'bad') return { refused: read.problem };
    const answer = await follow(upload, read.wish, seen, ports);
    if (answer !== 'look again') return answer;
  }
}

type Answer = Followed | Refused | 'look again';

async function follow(
  upload: Upload,
  wish: UploadWish,
  seen: JobRecord | undefined,
  ports: UploadPorts,
): Promise<Answer> {
  const { engine } = ports;
  const job = uploadJob(upload, wish, ports, engine.clock.now());
  if (seen === undefined) return begin(job, ports);
  const waitsAsLong = seen.waiting === undefined || seen.waiting.maxSeconds === wish.maxWaitSeconds;
  if (isSame(seen, job) && waitsAsLong) return goOn(seen, wish, engine);
  return change(seen, job, wish, ports);
}

const isSame = (seen: JobRecord, job: NewJob): boolean =>
  seen.output === job.output && canonicalJson(seen.parameters) === canonicalJson(job.parameters);

async function begin(job: NewJob, { engine, openStore }: UploadPorts): Promise<Answer> {
  const owner = await claimOutput(await openStore(job.output), job);
  if (owner !== undefined) return { refused: ownedBy(owner, job) };
  const created = await start(engine, job);
  return isSame(created, job) ? 'upload-started' : 'look again';
}

/** The same event again, or one that wakes a job which has stopped. */
async function goOn(seen: JobRecord, wish: UploadWish, engine: Engine): Promise<Answer> {
  const { jobId, waiting } = seen;
  // Only `resume` goes on with what a user has cancelled.
  if (seen.cancelled || waiting === undefined) return 'upload-known';
  if (jobStatus(seen, engine.steps) === 'failed') await retry(engine, jobId);
  // Looked at, it has a message that looks again; before, whoever created it may have died.
  else if (waiting.gaveUp || waiting.looks === 0 || wish.isSaidComplete) await resume(engine, jobId);
  else return 'upload-known';
  return 'upload-goes-on';
}

/** Other parameters or another output: taken as long as nothing is computed. */
async function change(seen: JobRecord, job: NewJob, wish: UploadWish, ports: UploadPorts): Promise<Answer> {
  const { engine, openStore } = ports;
  const { waiting } = seen;
  if (waiting === undefined) return { refused: hasBegun(seen, job) };
  const owner = await claimOutput(await openStore(job.output), job);
  if (owner !== undefined) return { refused: ownedBy(owner, job) };
  const renewed = newWaiting(wish.maxWaitSeconds, engine.clock.now(), waiting.until);
  const { parameters, output } = job;
  const written = { waiting: renewed, parameters, output };
  const { applied, item } = await engine.table.setWaiting(job.jobId, waiting.until, written);
  if (!applied) return 'look again';
  await writeOwner(await openStore(output), job);
  if (seen.output !== output) await freeOutput(await openStore(seen.output), job.jobId);
  await (jobStatus(item, engine.steps) === 'failed' ? retry : resume)(engine, job.jobId);
  return 'upload-changed';
}

const ownedBy = (owner: string, { jobId, output }: NewJob): string =>
  `${output} holds another job (${owner}), so job ${jobId} of this upload cannot write there. ` +
  'Name another "output" in cloudreg.json, or remove that job: cloudreg clean --all';

function hasBegun(seen: JobRecord, job: NewJob): string {
  const places = (record: JobRecord | NewJob) => ({ output: record.output });
  const lines = [...differences(places(seen), places(job)), ...differences(seen.parameters, job.parameters)];
  return (
    `job ${seen.jobId} of this upload has begun, with other parameters:\n${lines.map((text) => `  ${text}`).join('\n')}\n` +
    'It goes on with those. For these, give the acquisition another output: cloudreg enqueue'
  );
}

/** Told where the uploader looks for the volumes; where even that cannot be written, the log alone has it. */
async function refuse(upload: Upload, problem: string, ports: UploadPorts): Promise<void> {
  const { engine, log } = ports;
  const acquisition = inputOf(upload);
  log({ event: 'upload-refused', acquisition, problem });
  try {
    const store = await ports.openStore(usualOutput(upload, ports));
    await writeUploadError(store, acquisition, problem, engine.clock.now());
  } catch (error) {
    log({ event: 'upload-trouble', problem: (error as Error).message });
  }
}
