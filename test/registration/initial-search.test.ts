import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Affine,
  apply,
  compose,
  invert,
  linear,
  rotation,
  scaling,
  translation,
} from '../../shared/geometry/affine.ts';
import type { Vec3 } from '../../shared/geometry/box.ts';
import { parseOrientation, reorientationMatrix } from '../../shared/geometry/orientation.ts';
import { centredGrid } from '../../shared/registration/grid.ts';
import { residualOfMap, searchInitial } from '../../shared/registration/initial-search.ts';
import { prepareSample, standardise } from '../../shared/registration/intensities.ts';
import { blockFor, blockMeans, type WeightedImage } from '../../shared/registration/levels.ts';
import { openTeam, type Team } from '../../shared/registration/team/team.ts';
import { teamKernels } from '../../shared/registration/team/team-kernels.ts';
import { velocityGrid } from '../../shared/registration/velocity-grid.ts';
import { atlasGrid, brightness, imageOf, phantomAtlas } from './phantom.ts';

let team: Team;
beforeAll(async () => {
  team = await openTeam(1);
});
afterAll(() => team.close());

const orientations = { sample: parseOrientation('RPI'), atlas: parseOrientation('PIR') };
const velocity = velocityGrid(atlasGrid, 450);
const coarse = (image: WeightedImage): WeightedImage => blockMeans(image, blockFor(image.grid, 400));

/** Atlas to sample: other axes, then a pose. */
function posed(angles: Vec3, scale: number, shiftUm: Vec3): Affine {
  const turned = linear(reorientationMatrix(orientations.atlas, orientations.sample));
  return compose(
    translation(shiftUm),
    compose(scaling([scale, scale, scale]), compose(rotation(angles), turned)),
  );
}

function sampleOf(toSample: Affine): WeightedImage {
  const toAtlas = invert(toSample);
  const grid = centredGrid([34, 36, 30], [200, 200, 200]);
  // Bright where the atlas is dark inside: the contrast is part of the search.
  const valueAt = (um: Vec3): number => {
    const s = brightness(apply(toAtlas, um));
    return 30 + 400 * s * (1.6 - s);
  };
  return coarse(prepareSample(imageOf(grid, valueAt)));
}

describe('the search for a first map', () => {
  const kernels = () => teamKernels(team, velocity, { lengthUm: 900, power: 2 });

  it.each([
    { angles: [0, 0, 0], scale: 1, shift: [0, 0, 0] },
    { angles: [17, -11, 8], scale: 1.15, shift: [300, -200, 250] },
    { angles: [-20, 14, -16], scale: 0.85, shift: [-400, 300, 100] },
  ] as const)('finds a pose of %o', ({ angles, scale, shift }) => {
    const toSample = posed(angles, scale, shift);
    const found = searchInitial(
      kernels(),
      sampleOf(toSample),
      coarse(phantomAtlas()),
      velocity,
      orientations,
    );
    const both = compose(found[0]!.toAtlas, toSample);
    for (const point of [
      [1000, 0, 0],
      [0, 800, 0],
      [0, 0, -1000],
      [-900, -500, 600],
    ] as const) {
      const away = apply(both, point).map((um, axis) => um - point[axis]!);
      expect(Math.hypot(...away)).toBeLessThan(150);
    }
    expect(found[0]!.residual).toBeLessThan(0.1);
    expect(found.map(({ residual }) => residual)).toEqual(
      found.map(({ residual }) => residual).toSorted((a, b) => a - b),
    );
  });

  it('keeps a slice on its atlas where a quarter of it was not scanned', () => {
    const toAtlas = compose(translation([90, -70, 0]), rotation([0, 0, 4]));
    const slice = centredGrid([28, 22, 2], [160, 160, 160]);
    const atlas = standardise(imageOf(slice, brightness));
    const whole = imageOf(slice, (um) => 30 + 400 * brightness(apply(toAtlas, um)));
    const isMissing = imageOf(slice, ([x, y]) => (x < 0 && y > 0 ? 1 : 0)).values;
    const sample = prepareSample({ ...whole, weights: isMissing.map((missing) => 1 - missing) });
    const same = { sample: orientations.atlas, atlas: orientations.atlas };
    const [found] = searchInitial(kernels(), sample, atlas, velocity, same);
    for (const point of [
      [900, 500, 60],
      [-900, 400, -60],
      [700, -600, 0],
    ] as const) {
      const [a, b] = [apply(found!.toAtlas, point), apply(toAtlas, point)];
      expect(Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2])).toBeLessThan(150);
    }
  });

  it('measures a map as it is: worse for the mirror image', () => {
    const toSample = posed([0, 0, 0], 1, [0, 0, 0]);
    const [sample, atlas] = [sampleOf(toSample), coarse(phantomAtlas())];
    const right = invert(toSample);
    const mirrored = compose(
      linear([
        [1, 0, 0],
        [0, 1, 0],
        [0, 0, -1],
      ]),
      right,
    );
    const residual = (map: Affine): number => residualOfMap(kernels(), sample, atlas, velocity, map);
    expect(residual(right)).toBeLessThan(0.05);
    expect(residual(mirrored)).toBeGreaterThan(1.1 * residual(right));
  });
});
