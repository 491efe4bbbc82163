/** What a NIfTI's fields on space mean. */
import type { NiftiFrame } from './header.ts';

/**
 * Voxel index to position, three rows of four: the sform where it is given, else the qform, else the voxel sizes alone.
 * x to the right, y to the front, z up, in the file's unit; the position of index 0 is the centre of the first voxel.
 */
export function niftiAffine({ pixdim, qformCode, sformCode, quaternion, sform }: NiftiFrame): number[][] {
  if (sformCode > 0) return [sform.slice(0, 4), sform.slice(4, 8), sform.slice(8, 12)];
  const sizes = pixdim.slice(1, 4);
  if (qformCode <= 0)
    return sizes.map((size, row) => [0, 1, 2, 3].map((column) => (column === row ? size : 0)));
  const [b = 0, c = 0, d = 0, ...offset] = quaternion;
  const a = Math.sqrt(Math.max(0, 1 - b * b - c * c - d * d));
  const steps = [sizes[0]!, sizes[1]!, sizes[2]! * (pixdim[0]! < 0 ? -1 : 1)];
  return [
    [a * a + b * b - c * c - d * d, 2 * (b * c - a * d), 2 * (b * d + a * c)],
    [2 * (b * c + a * d), a * a + c * c - b * b - d * d, 2 * (c * d - a * b)],
    [2 * (b * d - a * c), 2 * (c * d + a * b), a * a + d * d - b * b - c * c],
  ].map((row, i) => [...row.map((value, column) => value * steps[column]!), offset[i]!]);
}
