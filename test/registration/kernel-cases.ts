/** Random work for the kernels of registration: odd sizes, borders that clamp, the same data for both twins. */
import { expect } from 'vitest';
import { seededRandom } from '../../shared/numerics/random.ts';
import { type Grid, pointsOf } from '../../shared/registration/grid.ts';
import type { MatchingGeometry, Misfit, RegistrationKernels } from '../../shared/registration/kernels.ts';
import { plainKernels } from '../../shared/registration/plain-kernels.ts';
import type { Team } from '../../shared/registration/team/team.ts';
import { teamKernels } from '../../shared/registration/team/team-kernels.ts';
import { flowGridOf } from '../../shared/registration/velocity-grid.ts';

export const smoothness = { lengthUm: 900, power: 2 };

export interface KernelCase {
  readonly label: string;
  /** -0.5 to 0.5. */
  readonly random: () => number;
  readonly whole: (least: number, most: number) => number;
  readonly grid: Grid;
  readonly twins: readonly [RegistrationKernels, RegistrationKernels];
}

/** Runs the property with seeds 1, 2, …: the first twin is the team, the second the definition. */
export function forCases(team: Team, count: number, property: (testCase: KernelCase) => void): void {
  for (let seed = 1; seed <= count; seed++) {
    const positive = seededRandom(seed);
    const whole = (least: number, most: number): number =>
      least + Math.floor(positive() * (most - least + 1));
    const smooth = [4, 5, 6, 8, 9, 10, 12, 15, 16] as const;
    const side = (): number => smooth[whole(0, smooth.length - 1)]!;
    const grid: Grid = {
      size: [side(), side(), side()],
      spacingUm: [300, 250, 280],
      originUm: [-1200, -1100, -900],
    };
    const mark = team.mark();
    property({
      label: `seed ${seed}`,
      random: () => positive() - 0.5,
      whole,
      grid,
      twins: [teamKernels(team, grid, smoothness), plainKernels(grid, smoothness)],
    });
    team.release(mark);
  }
}

export type Pair = readonly [Float32Array, Float32Array];

/** The same values for both twins. */
export function pairOf(
  { twins: [team, plain] }: KernelCase,
  length: number,
  value: (i: number) => number,
): Pair {
  const [a, b] = [team.floats(length), plain.floats(length)];
  for (let i = 0; i < length; i++) a[i] = b[i] = value(i);
  return [a, b];
}

/** A field of the velocity grid: vectors up to `most` / 2, the spare lane 0. */
export const fieldOf = (testCase: KernelCase, most: number): Pair =>
  pairOf(testCase, pointsOf(testCase.grid) * 4, (i) => (i % 4 === 3 ? 0 : most * testCase.random()));

/** No value differs by more than the tolerance times the largest. */
export function expectClose(
  pair: readonly [ArrayLike<number>, ArrayLike<number>],
  tolerance: number,
  label: string,
) {
  const [a, b] = pair;
  let [worst, largest] = [0, 0];
  expect(a.length, label).toBe(b.length);
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs(a[i]! - b[i]!);
    worst = difference >= worst ? difference : Number.isNaN(difference) ? Number.NaN : worst;
    if (Number.isNaN(worst)) break;
    largest = Math.max(largest, Math.abs(b[i]!));
  }
  expect(worst, label).toBeLessThanOrEqual(tolerance * largest);
}

export interface MatchingCase {
  readonly geometry: MatchingGeometry;
  readonly size: readonly [number, number, number];
  readonly sampleToUm: readonly number[];
  readonly atlas: Pair;
  readonly u: Pair;
}

/** A sample turned against the atlas, parts of it outside. */
export function matchingCase(testCase: KernelCase): MatchingCase {
  const { random, whole, grid } = testCase;
  const atlas = { nx: whole(2, 20), ny: whole(2, 20), nz: whole(2, 20) };
  const size = [whole(1, 19), whole(1, 15), whole(1, 21)] as const;
  const axis = (own: number): number[] => [0, 1, 2].map((i) => (i === own ? 150 : 0) + 30 * random());
  const origin = (): number => -1000 + 400 * random();
  return {
    geometry: {
      sampleSize: [size[0], size[1]],
      voxelToY: [...axis(0), origin(), ...axis(1), origin(), ...axis(2), origin()],
      field: { ...flowGridOf(grid), originUm: grid.originUm },
      atlas: { ...atlas, perUm: [1 / 110, 1 / 100, 1 / 90], originUm: [-1000, -900, -950] },
    },
    size,
    sampleToUm: [150, 0, 0, -1200, 0, 140, 0, -900, 0, 0, 160, -1000],
    // Flat in places, as outside a brain.
    atlas: pairOf(testCase, atlas.nx * atlas.ny * atlas.nz, () => Math.max(0, random())),
    u: fieldOf(testCase, 400),
  };
}

/** Two of them, over the same values. */
export function misfitCase(testCase: KernelCase, voxels: number): readonly [Misfit, Misfit] {
  const { random } = testCase;
  const sample = pairOf(testCase, voxels, () => 3 * random());
  const predicted = pairOf(testCase, voxels, () => 3 * random());
  const weights = pairOf(testCase, voxels, () => Math.max(0, 0.8 + random()));
  const offset = pairOf(testCase, voxels, () => 0.4 * random());
  const gain = pairOf(testCase, voxels, () => 1 + random());
  const cubic = Float64Array.of(0.1, 1, 0.2, -0.1);
  const of = (twin: 0 | 1): Misfit => ({
    sample: sample[twin],
    predicted: predicted[twin],
    weights: weights[twin],
    offset: offset[twin],
    gain: gain[twin],
    cubic,
  });
  return [of(0), of(1)];
}

/** An image that blocks do not divide, and maps of the blocks. */
export function blockCase(testCase: KernelCase) {
  const { whole } = testCase;
  const fine = [whole(1, 19), whole(1, 13), whole(1, 15)] as const;
  const block = [whole(1, 4), whole(1, 4), whole(1, 4)] as const;
  const count = (axis: 0 | 1 | 2): number => Math.ceil(fine[axis] / block[axis]);
  const size = [count(0), count(1), count(2)] as const;
  const points = Math.ceil((size[0] * size[1] * size[2]) / 4) * 4;
  const voxels = fine[0] * fine[1] * fine[2];
  const taps = [0, 1, 2].map(() => {
    const length = whole(1, 6);
    return pairOf(testCase, length, (i) => (length - i) / length ** 2);
  });
  const map = (maps: number): Pair => pairOf(testCase, maps * points, () => 0);
  return {
    blocks: { fine, block, size },
    taps,
    of: misfitCase(testCase, voxels),
    maps: map(5),
    blurred: map(5),
    gain: map(1),
    offset: map(1),
    out: pairOf(testCase, voxels, () => 0),
  };
}
