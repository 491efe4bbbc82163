/** The volumes of an output folder. */
import { readdir } from 'node:fs/promises';
import { channelFolder, channelsOf } from '../services/output-volume.ts';
import { jobParameters } from '../services/parameters.ts';
import { acquisitionFile } from '../shared/acquisition/acquisition.ts';
import { readFileIfPresent } from '../shared/engine/files.ts';
import type { ObjectStore } from '../shared/engine/ports.ts';
import type { NewJob } from '../shared/engine/records.ts';
import { inParallel } from '../shared/in-parallel.ts';
import { CARRIED_VOLUMES } from '../shared/registration/files/registration-files.ts';
import { openVolume } from '../shared/volume/open-volume.ts';
import { VOLUME_FILES, volumeFileIn } from '../shared/volume/volume-files.ts';
import { isUrl } from './folders.ts';
import type { OutputFolder } from './output-folder.ts';

const CHANNEL = /^CHN\d{2,}$/;

/** Folders of the volumes that are there, ascending by channel; an empty name where the output itself is one. */
export async function volumesIn({ path, store }: OutputFolder): Promise<string[]> {
  if (isUrl(path)) return volumesInStore(store);
  const entries = await readdir(path).catch((): string[] => []);
  if (VOLUME_FILES.some((file) => entries.includes(file))) return [''];
  const channelOf = (name: string): number => Number(name.slice('CHN'.length));
  return entries.filter((name) => CHANNEL.test(name)).sort((a, b) => channelOf(a) - channelOf(b));
}

/** Of a channel's number there are two digits: asking for each is less than listing millions of chunks. */
const MOST_CHANNELS = 100;
const REQUESTS_AT_ONCE = 20;

async function volumesInStore(store: ObjectStore): Promise<string[]> {
  if (await volumeFileIn(store)) return [''];
  const names = Array.from({ length: MOST_CHANNELS }, (_, channel) => channelFolder(channel));
  const files = await inParallel(names, REQUESTS_AT_ONCE, (name) => volumeFileIn(store, name));
  return names.filter((_, channel) => files[channel] !== undefined);
}

/** Folders of the volumes that the job makes; those that are there once its intermediate files are cleaned away. */
export async function volumesOf(folder: OutputFolder, job: NewJob): Promise<string[]> {
  const acquisition = await readFileIfPresent(folder.store, acquisitionFile);
  if (!acquisition) return volumesIn(folder);
  return channelsOf(acquisition, jobParameters.parse(job.parameters)).map(channelFolder);
}

/** Of `cloudreg transform`. */
const TRANSFORMED = ['on-sample', 'on-atlas'] as const;

/** Folders of the volumes that a registration carried over, those that are there. */
export async function carriedVolumesIn({ store }: OutputFolder): Promise<string[]> {
  const names = [...Object.values(CARRIED_VOLUMES), ...TRANSFORMED];
  const heads = await Promise.all(names.map((name) => store.head(`${name}/info`)));
  return names.filter((_, i) => heads[i] !== undefined);
}

/** Voxels of mip 0, all channels; volumes that are not there yet have none. */
export async function countVoxels(folder: OutputFolder): Promise<number> {
  const counts = (await volumesIn(folder)).map(async (name) => {
    if (!(await volumeFileIn(folder.store, name))) return 0;
    const { mips } = await openVolume(folder.store, name);
    return mips[0]?.sizeVoxels.reduce((product, size) => product * size, 1) ?? 0;
  });
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
}
