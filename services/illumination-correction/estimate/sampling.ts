/** How a volume is brought to the resolution that its illumination is estimated at. */
import { perAxis, type Vec3 } from '../../../shared/geometry/box.ts';
import { reductionOf } from '../../../shared/illumination/volume.ts';
import type { StoredMip } from '../../../shared/volume/info.ts';

export interface Sampling {
  readonly mip: number;
  /** Voxels of the mip in one that is estimated from. */
  readonly factor: Vec3;
  /** What stands for a block of them: their mean without voxels of 0, or the one in its middle. */
  readonly takes: 'mean' | 'middle';
}

/** A scale of such voxels is read where there is one (ILLUMINATION section 4.1). */
const MOST_SCALE_UM = 150;

/** CloudReg: every 8th voxel of the last scale of at most 15 um in x, so about every 75 um (CLOUDREG section 4). */
const CLOUDREG_UM = 15;
const CLOUDREG_EVERY = 8;
const CLOUDREG_STEP_UM = 75;

export const umOf = ({ resolutionNm }: Pick<StoredMip, 'resolutionNm'>): Vec3 =>
  perAxis((axis) => resolutionNm[axis] / 1000);

/** Of a preview: its finest scale, for only there a voxel of 0 says that no tile is there. */
export function samplePreview(finest: StoredMip, method: string): Sampling {
  const um = umOf(finest);
  if (method !== 'cloudreg') return { mip: 0, factor: meansOf(finest), takes: 'mean' };
  const most = finest.sizeVoxels;
  const step = (axis: 0 | 1 | 2) =>
    Math.max(1, Math.min(Math.floor(CLOUDREG_STEP_UM / um[axis]), Math.floor(most[axis] / 4)));
  return { mip: 0, factor: perAxis(step), takes: 'middle' };
}

/** Of a volume: the coarsest scale of at most 150 um, averaged further; where all are coarser, the finest. */
export function sampleVolume(mips: readonly StoredMip[], method: string): Sampling {
  if (method === 'cloudreg') return asCloudReg(mips);
  const mip = lastWhere(mips, (scale) => umOf(scale).every((um) => um <= MOST_SCALE_UM));
  return { mip, factor: meansOf(mips[mip]!), takes: 'mean' };
}

function asCloudReg(mips: readonly StoredMip[]): Sampling {
  const mip = lastWhere(mips, (scale) => umOf(scale)[0] <= CLOUDREG_UM);
  const { sizeVoxels } = mips[mip]!;
  const factor = perAxis((axis) => Math.max(1, Math.min(CLOUDREG_EVERY, Math.floor(sizeVoxels[axis] / 4))));
  return { mip, factor, takes: 'middle' };
}

/** While reading, what `reducedVolume` does to a volume that is there. */
const meansOf = (mip: StoredMip): Vec3 => reductionOf({ size: mip.sizeVoxels, voxelSizeUm: umOf(mip) });

const lastWhere = (mips: readonly StoredMip[], fits: (mip: StoredMip) => boolean): number =>
  Math.max(0, ...mips.flatMap((mip, index) => (fits(mip) ? [index] : [])));
