/** The files that make a folder of chunks a volume: what it holds, and how it came to be. */
import type { Acquisition } from '../../../shared/acquisition/acquisition.ts';
import type { ObjectStore } from '../../../shared/engine/ports.ts';
import type { Mip } from '../../../shared/volume/scales.ts';
import { writeProvenance, writeVolumeInfo } from '../../../shared/volume/write-volume.ts';
import { channelFolder } from '../../output-volume.ts';
import type { JobParameters } from '../../parameters.ts';

export async function describeVolume(
  store: ObjectStore,
  channel: number,
  mips: readonly Mip[],
  acquisition: Acquisition,
  parameters: JobParameters,
): Promise<void> {
  const folder = channelFolder(channel);
  await writeVolumeInfo(store, folder, mips);
  await writeProvenance(store, folder, {
    description: `Channel ${channel} of a light-sheet acquisition of ${acquisition.tiles.length} tiles, stitched`,
    owners: [],
    processing: [{ method: { task: 'cloudreg run', parameters }, by: 'cloudreg' }],
    sources: [acquisition.url],
  });
}
