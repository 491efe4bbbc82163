/** A volume that registration reads: an array file or a volume in chunks, behind one shape. */
import type { Box, Vec3 } from '../../geometry/box.ts';
import type { Orientation } from '../../geometry/orientation.ts';
import type { SourceFormat } from '../../viewer/source-url.ts';
import type { DataType, VoxelArray } from '../../volume/data-type.ts';
import { RegistrationInputError } from '../errors.ts';

export interface SourceScale {
  readonly sizeVoxels: Vec3;
  readonly voxelSizeUm: Vec3;
  /** Boxes of whole chunks are read best. */
  readonly chunkSize: Vec3;
}

export interface SourceVolume {
  readonly url: string;
  /** Finest first; all begin at the same corner. */
  readonly scales: readonly SourceScale[];
  /** Of the corner, in the positions people see. */
  readonly offsetUm: Vec3;
  readonly dataType: DataType;
  readonly isSegmentation: boolean;
  /** As the viewer reads it; absent where it cannot. */
  readonly format?: SourceFormat;
  /** What a file says of itself, where it does. */
  readonly statedOrientation: Orientation | undefined;
  /** Voxels of the first channel, x fastest; the box counts from the volume's first voxel, whatever its offset. */
  read(scale: number, box: Box): Promise<VoxelArray>;
}

export interface SourceWishes {
  /** In place of what a file says, or leaves unsaid. */
  readonly voxelSizeUm?: Vec3;
}

/** The coarsest scale whose voxels are no longer than that along any axis; the finest where there is none. */
export function scaleFor({ scales }: Pick<SourceVolume, 'scales'>, longestUm: number): number {
  const fits = scales.map(({ voxelSizeUm }) => voxelSizeUm.every((um) => um <= longestUm * (1 + 1e-6)));
  return Math.max(0, fits.lastIndexOf(true));
}

/** Corner to corner. */
export function extentUm({ scales, url }: Pick<SourceVolume, 'scales' | 'url'>): Vec3 {
  const finest = scales[0];
  if (finest === undefined) throw new RegistrationInputError(`${url} has no scales`);
  const { sizeVoxels: n, voxelSizeUm: d } = finest;
  return [n[0] * d[0], n[1] * d[1], n[2] * d[2]];
}
