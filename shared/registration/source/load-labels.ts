/** Labels at low resolution, for pictures: the label at the middle of each block. */
import { type Box, boxAt, perAxis, type Vec3 } from '../../geometry/box.ts';
import type { Grid } from '../grid.ts';
import { extentUm, type SourceVolume, scaleFor } from './source-volume.ts';

export interface LabelLevel {
  readonly grid: Grid;
  /** As float64: exact to 2^53, enough to tell regions apart. */
  readonly labels: Float64Array;
}

export async function loadLabels(source: SourceVolume, resolutionUm: number): Promise<LabelLevel> {
  const scale = source.isSegmentation ? scaleFor(source, resolutionUm) : 0;
  const { sizeVoxels, voxelSizeUm } = source.scales[scale]!;
  const extent = extentUm(source);
  const block = perAxis((axis) => Math.max(1, Math.round(resolutionUm / voxelSizeUm[axis])));
  const size = perAxis((axis) => Math.ceil(sizeVoxels[axis] / block[axis]));
  const labels = new Float64Array(size[0] * size[1] * size[2]);
  for (let z = 0; z < size[2]; z++) {
    const plane = await source.read(scale, planeAt(sizeVoxels, middle(z, block[2], sizeVoxels[2])));
    for (let y = 0; y < size[1]; y++)
      for (let x = 0; x < size[0]; x++) {
        const from = middle(x, block[0], sizeVoxels[0]) + sizeVoxels[0] * middle(y, block[1], sizeVoxels[1]);
        labels[x + size[0] * (y + size[1] * z)] = Number(plane[from]);
      }
  }
  const spacingUm = perAxis((axis) => voxelSizeUm[axis] * block[axis]);
  const originUm = perAxis((axis) => -extent[axis] / 2 + spacingUm[axis] / 2);
  return { grid: { size, spacingUm, originUm }, labels };
}

const middle = (block: number, voxels: number, size: number): number =>
  Math.min(size - 1, block * voxels + (voxels >> 1));

const planeAt = ([x, y]: Vec3, z: number): Box => boxAt([0, 0, z], [x, y, 1]);
