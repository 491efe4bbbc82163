/** Gives an output folder back: the volumes of its job, its quality report, and the job. */
import { correctionPlanFile } from '../services/illumination-correction/apply/correction-plan.ts';
import { conversionPlanFile } from '../services/ingest/conversion/conversion-plan.ts';
import { TRANSFORM_FILE } from '../services/ingest/conversion/describe-converted.ts';
import { REPORT_FOLDER } from '../shared/acquisition/quality-report.ts';
import { acquireOwner } from '../shared/adapters/local/owner-lock.ts';
import { readFileIfPresent } from '../shared/engine/files.ts';
import type { ObjectStore } from '../shared/engine/ports.ts';
import type { NewJob } from '../shared/engine/records.ts';
import { openVolume } from '../shared/volume/open-volume.ts';
import { isUrl } from './folders.ts';
import { jobIn, type OutputFolder } from './output-folder.ts';
import { type Removed, removeFiles } from './remove-files.ts';
import { removeBelow } from './remove-objects.ts';
import { volumesIn, volumesOf } from './volumes.ts';

/** What registration writes, and `cloudreg transform`. */
const REGISTERED = ['registration', 'on-atlas', 'on-sample'] as const;

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
      sum(
        await removeAll(folder, [...(await allVolumes(folder, job)), ...REGISTERED], keepNothing),
        await removeOwnVolume(folder),
      ),
      await removeBelow(folder, REPORT_FOLDER, isNotOfReport),
    ],
  );
  const rest = await removeBelow(folder, STATE_KEY, keepNothing);
  if (isUrl(folder.path)) await removeFiles(folder.stateFolder, keepNothing);
  return sum(volumes, report, rest);
}

const sum = (...parts: readonly Removed[]): Removed => ({
  files: parts.reduce((files, part) => files + part.files, 0),
  bytes: parts.reduce((bytes, part) => bytes + part.bytes, 0),
});

/** Intermediate files and the job's record; in a folder its state, too. */
export const STATE_KEY = '.cloudreg';

/** One that was begun may not say yet that it is a volume. */
const allVolumes = async (folder: OutputFolder, job: NewJob): Promise<string[]> => [
  ...new Set([...(await volumesIn(folder)), ...(await volumesOf(folder, job))].filter((name) => name !== '')),
];

/** Of an output that is itself a volume: its scales and the files that describe it, nothing else that lies there. */
async function removeOwnVolume(folder: OutputFolder): Promise<Removed> {
  const { store } = folder;
  const conversion = await readFileIfPresent(store, conversionPlanFile);
  const plan = conversion ?? (await readFileIfPresent(store, correctionPlanFile));
  const keys = plan?.mips.map(({ key }) => key) ?? (await scaleKeys(store));
  const scales = await removeAll(folder, keys, keepNothing);
  const files = await Promise.all(
    ['info', 'provenance', TRANSFORM_FILE].map(async (key) => ({ key, head: await store.head(key) })),
  );
  const there = files.filter(({ head }) => head !== undefined);
  await store.delete(there.map(({ key }) => key));
  const bytes = there.reduce((total, { head }) => total + head!.size, 0);
  return sum(scales, { files: there.length, bytes });
}

async function scaleKeys(store: ObjectStore): Promise<string[]> {
  if (!(await store.head('info'))) return [];
  return (await openVolume(store)).mips.map(({ key }) => key);
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
