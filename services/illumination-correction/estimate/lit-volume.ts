/** What an illumination is estimated of: a channel's preview, or the volume that a job begins with. */
import { type Placement, placementFile } from '../../../shared/acquisition/placement.ts';
import { previewFolder } from '../../../shared/acquisition/preview.ts';
import { StepInputError } from '../../../shared/engine/errors.ts';
import type { ObjectStore } from '../../../shared/engine/ports.ts';
import type { Lit } from '../../../shared/illumination/files.ts';
import type { Three } from '../../../shared/illumination/volume.ts';
import { openVolume, type Volume } from '../../../shared/volume/open-volume.ts';
import { checkCorrectable } from '../correctable.ts';
import { type Sampling, samplePreview, sampleVolume, umOf } from './sampling.ts';

export interface LitVolume {
  readonly lit: Lit;
  /** For people: `channel 0`, or the volume's URL. */
  readonly name: string;
  readonly volume: Volume;
  readonly sampling: Sampling;
  /** Of the full resolution, from corner to corner. */
  readonly sizeUm: Three;
}

/** `method`: as `--illumination` names it. */
export async function previewOf(
  store: ObjectStore,
  channel: number,
  placement: Placement | undefined,
  method: string,
): Promise<LitVolume> {
  if (placement === undefined) throw new StepInputError(placementFile.key, 'not there');
  const volume = await openVolume(store, previewFolder(channel));
  return {
    lit: channel,
    name: `channel ${channel}`,
    volume,
    sampling: samplePreview(volume.mips[0]!, method),
    sizeUm: extent(placement.size, placement.voxelSizeUm),
  };
}

/** Throws `IlluminationError` where it is no volume to be corrected. */
export async function volumeOf(source: ObjectStore, method: string): Promise<LitVolume> {
  const volume = await openVolume(source);
  checkCorrectable(source.url, volume.info);
  const finest = volume.mips[0]!;
  return {
    lit: 'volume',
    name: source.url,
    volume,
    sampling: sampleVolume(volume.mips, method),
    sizeUm: extent(finest.sizeVoxels, umOf(finest)),
  };
}

const extent = (voxels: Three, um: Three): Three => [voxels[0] * um[0], voxels[1] * um[1], voxels[2] * um[2]];
