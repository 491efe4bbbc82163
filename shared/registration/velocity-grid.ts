/** The grid of velocities: over the atlas's box and a margin, periodic, independent of the images' levels. */
import type { Vec3 } from '../geometry/box.ts';
import type { FlowGrid } from '../kernels/oracles/registration/flow.ts';
import type { Grid } from './grid.ts';

/** Beyond the atlas on each side: motion dies away there instead of coming back on the other side. */
const MARGIN_UM = 1000;

export function velocityGrid(atlas: Grid, spacingUm: number): Grid {
  const points = (axis: 0 | 1 | 2): number => {
    const extent = atlas.size[axis] * atlas.spacingUm[axis] + 2 * MARGIN_UM;
    return smoothSize(Math.ceil(extent / spacingUm));
  };
  const size: Vec3 = [points(0), points(1), points(2)];
  const origin = (axis: 0 | 1 | 2): number => {
    const centre = atlas.originUm[axis] + ((atlas.size[axis] - 1) / 2) * atlas.spacingUm[axis];
    return centre - ((size[axis] - 1) / 2) * spacingUm;
  };
  return {
    size,
    spacingUm: [spacingUm, spacingUm, spacingUm],
    originUm: [origin(0), origin(1), origin(2)],
  };
}

/** The next number without other prime factors than 2, 3 and 5. */
function smoothSize(least: number): number {
  let rest = least;
  for (const factor of [2, 3, 5]) while (rest % factor === 0) rest /= factor;
  return rest === 1 ? least : smoothSize(least + 1);
}

export const flowGridOf = ({ size, spacingUm }: Grid): FlowGrid => ({
  nx: size[0],
  ny: size[1],
  nz: size[2],
  perUm: [1 / spacingUm[0], 1 / spacingUm[1], 1 / spacingUm[2]],
});

/** 2 a^2 (1 - cos(2 pi k / n)) / h^2 for every frequency of an axis: what Lhat is made of (REGISTRATION section 2). */
export const stiffness = ({ size, spacingUm }: Grid, smoothnessUm: number, axis: 0 | 1 | 2): Float64Array =>
  Float64Array.from(
    { length: size[axis] },
    (_, k) => (2 * smoothnessUm ** 2 * (1 - Math.cos((2 * Math.PI * k) / size[axis]))) / spacingUm[axis] ** 2,
  );
