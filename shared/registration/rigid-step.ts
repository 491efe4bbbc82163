/**
 * Affine steps that turn and move only: the scale of the map stays what a person gave, as CloudReg's does (REGISTRATION
 * section 3.4). CloudReg projects after every step; here the step itself is taken in the six directions that keep it.
 */
import { type Affine, compose, linear, translation } from '../geometry/affine.ts';
import type { Vec3 } from '../geometry/box.ts';

/** Numbers of a map, row by row, and turns about x, y, z with the three shifts. */
export const FREE = 12;
export const RIGID = 6;

/** Gradient, then curvature row by row, of an affine map's twelve numbers: the same of the six of a turn and a shift. */
export function rigidSums(toAtlas: Affine, sums: Float64Array): Float64Array {
  const ways = directions(toAtlas);
  const rigid = new Float64Array(RIGID + RIGID * RIGID);
  for (let a = 0; a < RIGID; a++)
    for (let p = 0; p < FREE; p++) {
      const along = ways[a]![p]!;
      if (along === 0) continue;
      rigid[a]! += along * sums[p]!;
      for (let b = 0; b < RIGID; b++)
        for (let q = 0; q < FREE; q++)
          rigid[RIGID + RIGID * a + b]! += along * sums[FREE + FREE * p + q]! * ways[b]![q]!;
    }
  return rigid;
}

/** How the twelve numbers change with each of the six. */
function directions(toAtlas: Affine): readonly Float64Array[] {
  return Array.from({ length: RIGID }, (_, way) => {
    const change = new Float64Array(FREE);
    if (way >= 3) change[4 * (way - 3) + 3] = 1;
    else {
      const [next, last] = [(way + 1) % 3, (way + 2) % 3] as [0 | 1 | 2, 0 | 1 | 2];
      for (let column = 0; column < 4; column++) {
        change[4 * next + column] = -toAtlas[last][column]!;
        change[4 * last + column] = toAtlas[next][column]!;
      }
    }
    return change;
  });
}

/** The map after a turn by so many radians about x, y, z, and a shift in um. */
export const turned = (toAtlas: Affine, [a, b, c, x, y, z]: ArrayLike<number> & Iterable<number>): Affine =>
  compose(translation([x!, y!, z!]), compose(rotationBy([a!, b!, c!]), toAtlas));

/** About an axis by the length of its vector (Rodrigues). */
function rotationBy(vector: Vec3): Affine {
  const angle = Math.hypot(...vector);
  const [x, y, z] = vector;
  const sine = angle > 0 ? Math.sin(angle) / angle : 1;
  const rest = angle > 0 ? (1 - Math.cos(angle)) / angle ** 2 : 0.5;
  const cosine = Math.cos(angle);
  return linear([
    [cosine + rest * x * x, rest * x * y - sine * z, rest * x * z + sine * y],
    [rest * x * y + sine * z, cosine + rest * y * y, rest * y * z - sine * x],
    [rest * x * z - sine * y, rest * y * z + sine * x, cosine + rest * z * z],
  ]);
}
