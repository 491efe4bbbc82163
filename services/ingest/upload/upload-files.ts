/** What the upload trigger leaves in an output folder. */
import { z } from 'zod';
import { readFileIfPresent, writeFile } from '../../../shared/engine/files.ts';
import type { ObjectStore } from '../../../shared/engine/ports.ts';
import type { NewJob } from '../../../shared/engine/records.ts';
import type { StepFile } from '../../../shared/engine/step.ts';

/** The one job that owns the folder. */
const JOB_KEY = '.cloudreg/job.json';
const ownerFile: StepFile<{ readonly jobId: string }> = {
  key: JOB_KEY,
  schema: z.object({ jobId: z.string() }),
};

/** Makes the folder the job's own, or finds that it is. Resolves with the id of another job that owns it. */
export async function claimOutput(store: ObjectStore, job: NewJob): Promise<string | undefined> {
  const isOurs = await store.put(JOB_KEY, ownerText(job), { ifAbsent: true, contentType: JSON_TYPE });
  const owner = isOurs ? undefined : await readFileIfPresent(store, ownerFile);
  return owner?.jobId === job.jobId ? undefined : owner?.jobId;
}

/** Writes what the job is now into the folder that it owns. */
export async function writeOwner(store: ObjectStore, job: NewJob): Promise<void> {
  await store.put(JOB_KEY, ownerText(job), { contentType: JSON_TYPE });
}

const JSON_TYPE = 'application/json';

const ownerText = ({ waiting: _, ...job }: NewJob): Uint8Array =>
  new TextEncoder().encode(`${JSON.stringify(job, null, 1)}\n`);

/** Gives up a folder that the job left for another. */
export async function freeOutput(store: ObjectStore, jobId: string): Promise<void> {
  const owner = await readFileIfPresent(store, ownerFile);
  if (owner?.jobId === jobId) await store.delete([JOB_KEY]);
}

const errorSchema = z.object({
  format: z.literal('cloudreg-upload-error/1'),
  acquisition: z.string(),
  problem: z.string(),
  at: z.string(),
});

/** Why an upload starts no job: gone once it does. */
export const uploadErrorFile: StepFile<z.infer<typeof errorSchema>> = {
  key: '.cloudreg/upload-error.json',
  schema: errorSchema,
};

export const writeUploadError = (
  store: ObjectStore,
  acquisition: string,
  problem: string,
  now: number,
): Promise<void> =>
  writeFile(store, uploadErrorFile, {
    format: 'cloudreg-upload-error/1',
    acquisition,
    problem,
    at: new Date(now).toISOString(),
  });
