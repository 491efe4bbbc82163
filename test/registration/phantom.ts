/** A small atlas of smooth structures, and samples made of it by maps that are known. */
import { type Affine, apply, compose, linear, rotation, translation } from '../../shared/geometry/affine.ts';
import type { Vec3 } from '../../shared/geometry/box.ts';
import { centredGrid, type Grid, pointsOf } from '../../shared/registration/grid.ts';
import { prepareSample, standardise } from '../../shared/registration/intensities.ts';
import type { WeightedImage } from '../../shared/registration/levels.ts';
import type { Recipe } from '../../shared/registration/recipe.ts';

export const atlasGrid = centredGrid([26, 20, 24], [200, 200, 200]);
export const sampleGrid = centredGrid([28, 22, 25], [200, 200, 200]);

/** Brightness at a place, centred um: an egg with a blunt end, a shell and blobs, nothing like its mirror image. */
export function brightness([x, y, z]: Vec3): number {
  const radius = Math.hypot(x / 2100, y / 1500, z / 1900) + 0.12 * Math.tanh(x / 900);
  if (radius > 1.15) return 0;
  const edge = 1 / (1 + Math.exp((radius - 1) * 25));
  const blob = (cx: number, cy: number, cz: number, sd: number): number =>
    Math.exp(-((x - cx) ** 2 + (y - cy) ** 2 + (z - cz) ** 2) / (2 * sd ** 2));
  const inside =
    0.55 +
    0.5 * blob(600, 300, -400, 350) -
    0.35 * blob(-700, -200, 500, 400) +
    0.4 * blob(-300, 500, -700, 300);
  const texture = Math.sin(x / 230 + 1) + Math.sin(y / 210) + Math.sin(z / 250 - 1);
  return edge * Math.max(0, inside + 0.08 * texture + 0.1 * Math.cos(radius * 14));
}

/** Turned, shifted, and bent by some voxels in a smooth way. */
export const trueToAtlas: Affine = compose(
  rotation([6, -4, 5]),
  compose(
    linear([
      [0.95, 0, 0],
      [0, 1.04, 0],
      [0, 0, 0.98],
    ]),
    translation([140, -90, 60]),
  ),
);

export function bend([x, y, z]: Vec3): Vec3 {
  return [
    x + 110 * Math.sin(y / 700) * Math.cos(z / 900),
    y + 90 * Math.sin(z / 800),
    z + 100 * Math.cos(x / 800) * Math.sin(y / 1000),
  ];
}

export function imageOf(grid: Grid, valueAt: (um: Vec3) => number): WeightedImage {
  const values = new Float32Array(pointsOf(grid));
  const [nx, ny, nz] = grid.size;
  let at = 0;
  for (let z = 0; z < nz; z++)
    for (let y = 0; y < ny; y++)
      for (let x = 0; x < nx; x++, at++) {
        const index = [x, y, z] as const;
        const um = index.map((i, axis) => grid.originUm[axis]! + i * grid.spacingUm[axis]!);
        values[at] = valueAt(um as unknown as Vec3);
      }
  return { grid, values, weights: values.map(() => 1) };
}

export const phantomAtlas = (): WeightedImage => standardise(imageOf(atlasGrid, brightness));

/** As it comes from a microscope: before it is prepared. */
export const rawSample = (): WeightedImage =>
  imageOf(sampleGrid, (um) => 40 + 300 * brightness(bend(apply(trueToAtlas, um))) ** 1.3);

export const phantomSample = (): WeightedImage => prepareSample(rawSample());

/** Two levels, two rounds each: enough for every path through a registration. */
export const shortRecipe: Recipe = {
  levels: [
    { spacingUm: 400, rounds: 2 },
    { spacingUm: 200, rounds: 2 },
  ],
  iterations: 5,
  memory: 3,
  smoothnessUm: 900,
  power: 2,
  sigmaR: 2500,
  velocitySpacingUm: 450,
  timeSteps: 3,
  contrastUm: 600,
};
