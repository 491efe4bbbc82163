/** Gives an output folder back: the volumes of its job, its quality report, and the job. */
import { join } from 'node:path';
import { REPORT_FOLDER } from '../shared/acquisition/quality-report.ts';
import { acquireOwner } from '../shared/adapters/local/owner-lock.ts';
import { jobIn, type OutputFolder } from './output-folder.ts';
import { type Removed, removeFiles } from './remove-files.ts';
import { volumesIn } from './volumes.ts';

const keepNothing = (): boolean => false;

/** In a folder of that name a user may have files of their own. */
const isNotOfReport = (name: string): boolean => !/^(report\.(md|json)|[\w-]+\.png)$/.test(name);

/** A folder without a job is left as it is. Throws `OutputOwnedError` where a process works on it. */
export async function removeJob(folder: OutputFolder): Promise<Removed> {
  if (!(await jobIn(folder))) return { files: 0, bytes: 0 };
  const [volumes, report] = await asOwner(
    folder,
    async (): Promise<[Removed, Removed]> => [
      await removeAll(
        (await volumesIn(folder)).map((name) => join(folder.path, name)),
        keepNothing,
      ),
      await removeFiles(join(folder.path, REPORT_FOLDER), isNotOfReport),
    ],
  );
  const rest = await removeFiles(folder.stateFolder, keepNothing);
  return {
    files: volumes.files + report.files + rest.files,
    bytes: volumes.bytes + report.bytes + rest.bytes,
  };
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
