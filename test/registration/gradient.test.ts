/** The gradient is that of the discrete energy: central differences agree (REGISTRATION sections 3.2 and 10, row 11). */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Affine } from '../../shared/geometry/affine.ts';
import { seededRandom } from '../../shared/numerics/random.ts';
import { type Descent, descentMemory, energyOf, gradientOf } from '../../shared/registration/descend.ts';
import { newFields } from '../../shared/registration/fields.ts';
import { endOf, flowForward, openFlow } from '../../shared/registration/flow.ts';
import {
  geometryOf,
  indexToUm,
  misfitOf,
  openMatcher,
  predictMatcher,
} from '../../shared/registration/matcher.ts';
import { openTeam, type Team } from '../../shared/registration/team/team.ts';
import { teamKernels } from '../../shared/registration/team/team-kernels.ts';
import { velocityGrid } from '../../shared/registration/velocity-grid.ts';
import { atlasGrid, phantomAtlas, phantomSample, trueToAtlas } from './phantom.ts';

let team: Team;
beforeAll(async () => {
  team = await openTeam(1);
});
afterAll(() => team.close());

/** A map that does not fit, with velocities of some hundred um. */
function anyDescent(): Descent {
  const velocity = velocityGrid(atlasGrid, 450);
  const kernels = teamKernels(team, velocity, { lengthUm: 900, power: 2 });
  const matcher = openMatcher(kernels, phantomSample(), phantomAtlas(), 600);
  matcher.contrast.cubic.set([0.1, 0.9, 0.05, -0.01]);
  const w = newFields(kernels, velocity, 3);
  const random = seededRandom(3);
  for (let i = 0; i < w.all.length; i++) w.all[i] = i % 4 === 3 ? 0 : 3000 * (random() - 0.5);
  return {
    kernels,
    matcher,
    flow: openFlow(kernels, velocity, 3),
    w,
    toAtlas: trueToAtlas,
    cost: 8e6 / 0.04,
    sigmaR: 2500,
    firstStepUm: 100,
    iterations: 1,
    memory: descentMemory(kernels, velocity, 3, 1),
    resumeFrom: undefined,
    onIteration: () => {},
  };
}

function energyAt(descent: Descent, toAtlas = descent.toAtlas): number {
  const { kernels, flow, w } = descent;
  flow.v.all.set(w.all);
  kernels.smooth(flow.v.steps);
  flowForward(kernels, flow);
  const { matching, regularity } = energyOf({ ...descent, toAtlas });
  return matching + regularity;
}

describe('the gradient', () => {
  it('agrees with central differences along itself to 1e-3', () => {
    const descent = anyDescent();
    energyAt(descent);
    const gradient = gradientOf(descent).all.slice();
    const square = gradient.reduce((sum, value) => sum + value ** 2, 0);
    const length = Math.sqrt(descent.kernels.dot(descent.w.all, descent.w.all) / square);
    const before = descent.w.all.slice();
    const along = (step: number): number => {
      descent.w.all.set(before.map((value, i) => value + step * gradient[i]!));
      return energyAt(descent);
    };
    const step = 1e-3 * length;
    const difference = (along(step) - along(-step)) / (2 * step);
    expect(Math.abs(difference / square - 1)).toBeLessThan(1e-3);
  });

  it('agrees with central differences in the entries of the affine map to 5e-3', () => {
    const descent = anyDescent();
    const { kernels, matcher, flow, toAtlas, cost } = descent;
    energyAt(descent);
    predictMatcher(kernels, matcher, toAtlas, flow.grid, endOf(flow));
    kernels.pull(misfitOf(matcher), cost, matcher.pull, matcher.curvature);
    const { grid } = matcher.sample;
    const sums = kernels.affineSums(
      geometryOf(matcher, toAtlas, flow.grid),
      grid.size,
      indexToUm(grid).flat(),
      endOf(flow),
      matcher.pull,
      matcher.curvature,
      matcher.rise,
    );
    const changed = (entry: number, by: number): Affine =>
      toAtlas.map((row, r) =>
        row.map((value, c) => value + (4 * r + c === entry ? by : 0)),
      ) as unknown as Affine;
    for (let entry = 0; entry < 12; entry++) {
      // The last column is um, the others are shares of positions of some thousand um. Short: the energy has a kink
      // wherever a voxel passes from one cell to the next.
      const step = entry % 4 === 3 ? 0.05 : 2e-5;
      const difference =
        (energyAt(descent, changed(entry, step)) - energyAt(descent, changed(entry, -step))) / (2 * step);
      // Where an entry hardly matters only rounding is left: measured against the largest of its column's kind.
      const scale = Math.max(...[0, 1, 2].map((row) => Math.abs(sums[4 * row + (entry % 4)]!)));
      expect(Math.abs(difference - sums[entry]!) / scale, `entry ${entry}`).toBeLessThan(5e-3);
    }
  });
});
