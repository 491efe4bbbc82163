/** N4's view of an image: logarithms, which voxels are used, and how much each counts in the fit. */
import type { N4Buffers } from './workspace.ts';

/** What N4 is given. Voxels of one to three axes, x fastest. */
export interface FloatImage {
  readonly data: Float32Array;
  /** Voxels per axis, x first. */
  readonly shape: readonly number[];
}

/** Which voxels count, and how much. */
export interface VoxelUse {
  /** 1 = used; any other label is outside. Without it every voxel is used. */
  readonly mask?: ArrayLike<number>;
  /** Per voxel, at least 0; 0 excludes the voxel, others count in the fit only. */
  readonly weights?: ArrayLike<number>;
}

/** An image that N4 cannot work on: what was found, and what to do. */
export class N4InputError extends RangeError {
  override readonly name = 'N4InputError';
}

/** @throws N4InputError for sizes that do not agree and more than three axes. */
export function checkSizes({ data, shape }: FloatImage, { mask, weights }: VoxelUse): void {
  const voxels = shape.reduce((all, size) => all * size, 1);
  if (shape.length < 1 || shape.length > 3)
    throw new N4InputError(`N4: an image of ${shape.length} axes, expected 1 to 3`);
  for (const [name, array] of Object.entries({ image: data, mask, weights })) {
    if (array !== undefined && array.length !== voxels)
      throw new N4InputError(
        `N4: ${name} of ${array.length} voxels, expected ${shape.join(' x ')} = ${voxels}`,
      );
  }
}

/**
 * Fills `log`: ln v of used voxels above 0, the value itself of other used ones, 0 of the rest; and `use`: the weight in
 * the fit, 0 where not used. Returns the number of used voxels.
 * @throws N4InputError for used values and weights that are not finite.
 */
export function fillLogImage(
  { data, shape }: FloatImage,
  { mask, weights }: VoxelUse,
  { log, use }: N4Buffers,
): number {
  let used = 0;
  for (let voxel = 0; voxel < data.length; voxel++) {
    if (mask !== undefined && mask[voxel] !== 1) continue;
    const weight = weights === undefined ? 1 : Math.fround(weights[voxel]!);
    if (weight <= 0) continue;
    const value = data[voxel]!;
    if (!Number.isFinite(value)) throw notFinite('value', value, voxel, shape);
    if (!Number.isFinite(weight)) throw notFinite('weight', weight, voxel, shape);
    log[voxel] = value > 0 ? Math.log(value) : value;
    use[voxel] = weight;
    used++;
  }
  return used;
}

function notFinite(what: string, value: number, voxel: number, [width = 1, height = 1]: readonly number[]) {
  const place = [voxel % width, Math.floor(voxel / width) % height, Math.floor(voxel / (width * height))];
  return new N4InputError(
    `N4: the ${what} of voxel (${place.join(', ')}) is ${value}; expected a finite number: mask it out`,
  );
}
