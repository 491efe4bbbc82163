/** Gives an output folder back: the volumes of its job, its quality report, and the job. */
import { REPORT_FOLDER } from '../shared/acquisition/quality-report.ts';
import { acquireOwner } from '../shared/adapters/local/owner-lock.ts';
import type { NewJob } from '../shared/engine/records.ts';
import { isUrl } from './folders.ts';
import { jobIn, type OutputFolder } from './output-folder.ts';
import { type Removed, removeFiles } from './remove-files.ts';
import { removeBelow } from './remove-objects.ts';
import { volumesIn, volumesOf } from './volumes.ts';

const keepNothing = (): boolean => false;

/** In a folder of that name a user may have files of their own. */
const isNotOfReport = (name: string): boolean => !/^(report\.(md|json)|[\w-]+\.png)$/.test(name);

/** A folder without a job is left as it is. Throws `OutputOwnedError` where a process works on it. */
export async function removeJob(folder: OutputFolder): Promise<Removed> {
  const job = await jobIn(folder);
  if (!job) return { files: 0, bytes: 0 };
  const [volumes, report] = await asOwner(
    folder,
    async (): Promise<[Removed, Removed]> => [
      await removeAll(folder, await allVolumes(folder, job), keepNothing),
      await removeBelow(folder, REPORT_FOLDER, isNotOfReport),
    ],
  );
  const rest = await removeBelow(folder, STATE_KEY, keepNothing);
  if (isUrl(folder.path)) await removeFiles(folder.stateFolder, keepNothing);
  return {
    files: volumes.files + report.files + rest.files,
    bytes: volumes.bytes + report.bytes + rest.bytes,
  };
}

/** Intermediate files and the job's record; in a folder its state, too. */
export const STATE_KEY = '.cloudreg';

/** One that was begun may not say yet that it is a volume. */
const allVolumes = async (folder: OutputFolder, job: NewJob): Promise<string[]> => [
  ...new Set([...(await volumesIn(folder)), ...(await volumesOf(folder, job))]),
];

/** Throws `OutputOwnedError` where a process works on the folder. */
export async function asOwner<T>(folder: OutputFolder, work: () => Promise<T>): Promise<T> {
  const owner = await acquireOwner(folder.stateFolder, Date.now());
  try {
    return await work();
  } finally {
    await owner.release();
  }
}

export async function removeAll(
  output: OutputFolder,
  keys: readonly string[],
  keeps: (name: string) => boolean,
): Promise<Removed> {
  const removed = { files: 0, bytes: 0 };
  for (const key of keys) {
    const { files, bytes } = await removeBelow(output, key, keeps);
    removed.files += files;
    removed.bytes += bytes;
  }
  return removed;
}
