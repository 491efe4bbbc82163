/** N4's view of an image: logarithms, which voxels are used, and how much each counts in the fit. */

export interface LogImage {
  readonly shape: readonly number[];
  /** ln v of used voxels above 0; the value itself of others. */
  readonly values: Float32Array;
  /** 1 where the voxel is used. */
  readonly used: Uint8Array;
  /** Weight in the fit, 0 where not used. */
  weightAt(voxel: number): number;
}

/** @throws RangeError for sizes that do not agree, more than three axes, and used values that are not finite. */
export function logImage(
  image: { readonly data: Float32Array; readonly shape: readonly number[] },
  mask?: ArrayLike<number>,
  weights?: ArrayLike<number>,
): LogImage {
  const { data, shape } = image;
  checkSizes(data, shape, mask, weights);
  const values = new Float32Array(data.length);
  const used = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i++) {
    const value = data[i]!;
    values[i] = value;
    if ((mask !== undefined && mask[i] !== 1) || (weights !== undefined && !(weights[i]! > 0))) continue;
    if (!Number.isFinite(value))
      throw new RangeError(`N4: voxel ${i} is ${value}; expected a finite number: mask it out`);
    used[i] = 1;
    if (value > 0) values[i] = Math.log(value);
  }
  const weightAt =
    weights === undefined
      ? (voxel: number) => used[voxel]!
      : (voxel: number) => (used[voxel] === 1 ? weights[voxel]! : 0);
  return { shape, values, used, weightAt };
}

function checkSizes(
  data: Float32Array,
  shape: readonly number[],
  mask?: ArrayLike<number>,
  weights?: ArrayLike<number>,
): void {
  const voxels = shape.reduce((all, size) => all * size, 1);
  if (shape.length < 1 || shape.length > 3)
    throw new RangeError(`N4: an image of ${shape.length} axes, expected 1 to 3`);
  for (const [name, array] of Object.entries({ image: data, mask, weights })) {
    if (array !== undefined && array.length !== voxels)
      throw new RangeError(
        `N4: ${name} of ${array.length} voxels, expected ${shape.join(' x ')} = ${voxels}`,
      );
  }
}
