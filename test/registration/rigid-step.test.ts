import { describe, expect, it } from 'vitest';
import {
  type Affine,
  apply,
  compose,
  invert,
  rotation,
  scaling,
  translation,
} from '../../shared/geometry/affine.ts';
import { startAt } from '../../shared/registration/checkpoint.ts';
import { prepareSample } from '../../shared/registration/intensities.ts';
import { register } from '../../shared/registration/register.ts';
import { openTeam } from '../../shared/registration/team/team.ts';
import { teamKernels } from '../../shared/registration/team/team-kernels.ts';
import { velocityGrid } from '../../shared/registration/velocity-grid.ts';
import { atlasGrid, brightness, imageOf, phantomAtlas, sampleGrid, shortRecipe } from './phantom.ts';

/** Atlas to sample: turned and moved, then stretched along the sample's axes. */
const posed = (
  degrees: readonly [number, number, number],
  um: readonly [number, number, number],
  scale: number,
) => invert(compose(scaling([scale, 1.1, 0.95]), compose(translation(um), rotation(degrees))));

/** Of the way back, A: what it makes of steps along the sample's axes. */
function scalesOf(toAtlas: Affine): number[] {
  const rows = invert(toAtlas);
  return rows.map(([x, y, z]) => Math.hypot(x, y, z));
}

/** Nothing bends here, and a round in which nothing bends ends its level. */
const eachOneRound = Array.from({ length: 8 }, () => ({ spacingUm: 200, rounds: 1 }));

async function registered(from: Affine, truth: Affine, affine: 'rigid' | 'full') {
  const recipe = { ...shortRecipe, levels: eachOneRound, sigmaR: 1, affine };
  const sample = prepareSample(imageOf(sampleGrid, (um) => 40 + 300 * brightness(apply(truth, um))));
  const velocity = velocityGrid(atlasGrid, recipe.velocitySpacingUm);
  const team = await openTeam(1);
  try {
    const kernels = teamKernels(team, velocity, { lengthUm: recipe.smoothnessUm, power: recipe.power });
    const problem = { kernels, sample, atlas: phantomAtlas(), velocity, recipe };
    return (await register(problem, startAt(from, recipe))).toAtlas;
  } finally {
    await team.close();
  }
}

const corners = [-1000, 1000].flatMap((x) => [-800, 800].map((z) => [x, 300, z] as const));
const apart = (a: Affine, b: Affine): number =>
  Math.max(
    ...corners.map((at) => Math.hypot(...apply(a, at).map((value, axis) => value - apply(b, at)[axis]!))),
  );

describe('an affine map whose scale is held', () => {
  const truth = posed([5, -3, 4], [120, -80, 60], 1.05);

  it('turns and moves to where the sample is, and keeps the scale to the last digits', async () => {
    const first = posed([0, 0, 0], [0, 0, 0], 1.05);
    const found = await registered(first, truth, 'rigid');
    scalesOf(found).forEach((scale, axis) => {
      expect(scale).toBeCloseTo([1.05, 1.1, 0.95][axis]!, 9);
    });
    expect(apart(found, truth)).toBeLessThan(0.15 * apart(first, truth));
  }, 60_000);

  it('keeps a scale that is wrong, which a free map would mend', async () => {
    const wrong = posed([0, 0, 0], [0, 0, 0], 1.15);
    const [held, free] = [await registered(wrong, truth, 'rigid'), await registered(wrong, truth, 'full')];
    expect(scalesOf(held)[0]).toBeCloseTo(1.15, 9);
    expect(Math.abs(scalesOf(free)[0]! - 1.05)).toBeLessThan(0.02);
  }, 60_000);
});
