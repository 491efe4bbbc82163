/** The output folder: whose job it is, and what it says of itself. */
import { join } from 'node:path';
import { z } from 'zod';
import { jobParameters } from '../services/parameters.ts';
import { openStore } from '../shared/adapters/open-store.ts';
import { StoreError } from '../shared/adapters/store-errors.ts';
import { readFileIfPresent } from '../shared/engine/files.ts';
import { differences, makeJob } from '../shared/engine/job.ts';
import type { ObjectStore } from '../shared/engine/ports.ts';
import type { JsonObject, NewJob } from '../shared/engine/records.ts';
import type { StepFile } from '../shared/engine/step.ts';
import { RefusedError } from './errors.ts';
import { isUrl, placeOf } from './folders.ts';
import { checkStateIsHere, stateFolderFor } from './state-place.ts';

export interface OutputFolder {
  /** Of a folder on this machine; the URL of any other place. */
  readonly path: string;
  readonly store: ObjectStore;
  /** On this machine, wherever the output is: holds the state and the owner's lock. */
  readonly stateFolder: string;
}

export async function openOutputFolder(pathOrUrl: string): Promise<OutputFolder> {
  const path = placeOf(pathOrUrl);
  const stateFolder = isUrl(path) ? stateFolderFor(path) : join(path, '.cloudreg');
  return { path, store: await openStore(path), stateFolder };
}

/** `.cloudreg/job.json`: the one job that owns the folder. Written once, before anything else. */
const jobFile: StepFile<NewJob> = {
  key: '.cloudreg/job.json',
  schema: z.object({
    jobId: z.string(),
    input: z.string(),
    output: z.string(),
    parameters: z.custom<JsonObject>((value) => value !== null && typeof value === 'object'),
    pipelineVersion: z.string(),
    build: z.string(),
    createdAt: z.number(),
    steps: z.array(z.string()),
  }),
};

/** As much as a job's claim needs; of a deployment's job there is no more. */
type JobPlace = Pick<OutputFolder, 'path' | 'store'>;

export const jobIn = ({ store }: Pick<OutputFolder, 'store'>): Promise<NewJob | undefined> =>
  readFileIfPresent(store, jobFile);

/** For commands that go on with what is there. */
export async function existingJob(folder: OutputFolder): Promise<NewJob> {
  const job = await jobIn(folder);
  if (job) {
    await checkStateIsHere(folder);
    return checkUnmoved(folder, job);
  }
  throw new RefusedError(
    `There is no job in ${folder.path} (${jobFile.key} is not there). Start one: cloudreg run <acquisition> ${folder.path}`,
  );
}

/** Tasks write where the job's record says: in a folder that was moved or copied that is another place. */
function checkUnmoved({ path, store }: OutputFolder, job: NewJob): NewJob {
  if (job.output === store.url) return job;
  throw new RefusedError(
    `The job in ${path} was made for ${job.output}, and writes there. Move the folder back, or start anew: cloudreg clean --all ${path}`,
  );
}

/** Makes the folder the job's own, or finds that it is. Refused where another job owns it, or it cannot be written. */
export async function claimFolder(folder: JobPlace, job: NewJob): Promise<NewJob> {
  const owner = (await checkFolder(folder, job)) ?? (await writeJob(folder, job));
  if (!isSame(owner, job)) throw otherJob(folder, owner, job);
  return owner;
}

/** The job that owns the folder, if any; refused where that is another one. Writes nothing. */
export async function checkFolder(folder: JobPlace, job: NewJob): Promise<NewJob | undefined> {
  const owner = await jobIn(folder);
  if (owner && !isSame(owner, job)) throw otherJob(folder, owner, job);
  return owner;
}

/** A job of an older build lacks the parameters that came since: it is the same with their defaults. */
function isSame(there: NewJob, here: NewJob): boolean {
  if (there.jobId === here.jobId) return true;
  const { success, data } = jobParameters.safeParse(there.parameters);
  return success && makeJob({ ...there, parameters: data }).jobId === here.jobId;
}

/** The job that is there afterwards: another process may have been quicker. */
async function writeJob(folder: JobPlace, job: NewJob): Promise<NewJob> {
  try {
    const body = new TextEncoder().encode(`${JSON.stringify(job, null, 1)}\n`);
    const written = await folder.store.put(jobFile.key, body, {
      ifAbsent: true,
      contentType: 'application/json',
    });
    return written ? job : ((await jobIn(folder)) ?? job);
  } catch (error) {
    if (error instanceof StoreError && error.kind !== 'full' && !error.transient)
      throw new RefusedError(`The output cannot be written. ${error.message}`, { cause: error });
    throw error;
  }
}

function otherJob({ path }: JobPlace, there: NewJob, here: NewJob): RefusedError {
  const lines = [
    ...differences(facts(there), facts(here)),
    ...differences(there.parameters, here.parameters),
  ];
  return new RefusedError(
    `${path} holds another job (${there.jobId}):\n${lines.map((text) => `  ${text}`).join('\n')}\n` +
      `Use another output folder, give the same parameters, or remove that job and its volumes with: cloudreg clean --all ${path}`,
  );
}

const facts = ({ input, output, pipelineVersion, steps }: NewJob): JsonObject => ({
  acquisition: input,
  output,
  pipelineVersion,
  steps,
});
