/** Images under maps that are known: what a search or a registration must find again. */
import { type Affine, apply } from '../../shared/geometry/affine.ts';
import type { Vec3 } from '../../shared/geometry/box.ts';
import { valueAt } from '../../shared/kernels/oracles/registration/vector-field.ts';
import { type Grid, pointsOf } from '../../shared/registration/grid.ts';
import type { WeightedImage } from '../../shared/registration/levels.ts';

/** `image` seen on another grid: `toImage` takes a position there to one of the image. Outside the image: weight 0. */
export function resampled(image: WeightedImage, grid: Grid, toImage: Affine): WeightedImage {
  const values = new Float32Array(pointsOf(grid));
  const weights = new Float32Array(values.length);
  const [nx, ny, nz] = image.grid.size;
  const size = { nx, ny, nz };
  let at = 0;
  forEachPoint(grid, (um) => {
    const from = apply(toImage, um);
    const index = from.map(
      (value, axis) => (value - image.grid.originUm[axis]!) / image.grid.spacingUm[axis]!,
    ) as unknown as Vec3;
    const isInside = index.every((i, axis) => i >= -0.5 && i <= image.grid.size[axis]! - 0.5);
    if (isInside) {
      values[at] = valueAt(image.values, size, 1, 0, ...index);
      weights[at] = valueAt(image.weights, size, 1, 0, ...index) >= 0.5 ? 1 : 0;
    }
    at++;
  });
  return { grid, values, weights };
}

/** Twice as many voxels along each axis, in the same box. */
export function doubled(image: WeightedImage): WeightedImage {
  const { size, spacingUm, originUm } = image.grid;
  const grid: Grid = {
    size: [2 * size[0], 2 * size[1], 2 * size[2]],
    spacingUm: [spacingUm[0] / 2, spacingUm[1] / 2, spacingUm[2] / 2],
    originUm: [
      originUm[0] - spacingUm[0] / 4,
      originUm[1] - spacingUm[1] / 4,
      originUm[2] - spacingUm[2] / 4,
    ],
  };
  const same: Affine = [
    [1, 0, 0, 0],
    [0, 1, 0, 0],
    [0, 0, 1, 0],
  ];
  return resampled(image, grid, same);
}

function forEachPoint({ size, spacingUm, originUm }: Grid, visit: (um: Vec3) => void): void {
  for (let z = 0; z < size[2]; z++)
    for (let y = 0; y < size[1]; y++)
      for (let x = 0; x < size[0]; x++)
        visit([
          originUm[0] + x * spacingUm[0],
          originUm[1] + y * spacingUm[1],
          originUm[2] + z * spacingUm[2],
        ]);
}
