/** Gives an output folder back: the volumes of its job, and the job. */
import { join } from 'node:path';
import { acquireOwner } from '../shared/adapters/local/owner-lock.ts';
import { jobIn, type OutputFolder } from './output-folder.ts';
import { type Removed, removeFiles } from './remove-files.ts';
import { volumesIn } from './volumes.ts';

const keepNothing = (): boolean => false;

/** A folder without a job is left as it is. Throws `OutputOwnedError` where a process works on it. */
export async function removeJob(folder: OutputFolder): Promise<Removed> {
  if (!(await jobIn(folder))) return { files: 0, bytes: 0 };
  const volumes = await asOwner(folder, async () =>
    removeAll(
      (await volumesIn(folder)).map((name) => join(folder.path, name)),
      keepNothing,
    ),
  );
  const rest = await removeFiles(folder.stateFolder, keepNothing);
  return { files: volumes.files + rest.files, bytes: volumes.bytes + rest.bytes };
}

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
  folders: readonly string[],
  keeps: (name: string) => boolean,
): Promise<Removed> {
  const removed = { files: 0, bytes: 0 };
  for (const folder of folders) {
    const { files, bytes } = await removeFiles(folder, keeps);
    removed.files += files;
    removed.bytes += bytes;
  }
  return removed;
}
