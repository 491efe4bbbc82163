/** Iterations of L-BFGS on w = L v, with the map's affine part, contrast and weights held (REGISTRATION section 6.4). */
import type { Affine } from '../geometry/affine.ts';
import type { DescentState } from './checkpoint.ts';
import { type Fields, largest, newFields } from './fields.ts';
import { endOf, type Flow, flowBack, flowForward } from './flow.ts';
import { type Grid, voxelVolume } from './grid.ts';
import type { RegistrationKernels } from './kernels.ts';
import { createLbfgs, type Lbfgs, type PairMemory } from './lbfgs.ts';
import { geometryOf, type Matcher, misfitOf, predictMatcher } from './matcher.ts';

export interface Descent {
  readonly kernels: RegistrationKernels;
  readonly matcher: Matcher;
  readonly flow: Flow;
  readonly w: Fields;
  readonly toAtlas: Affine;
  /** k of the misfit. */
  readonly cost: number;
  readonly sigmaR: number;
  /** um: the largest velocity of the first step. */
  readonly firstStepUm: number;
  readonly iterations: number;
  readonly memory: DescentMemory;
  /** Of a descent that was broken off. */
  readonly resumeFrom: DescentState | undefined;
  /** Awaited after every iteration but the last. */
  readonly onIteration: (state: () => DescentState) => Promise<void> | void;
}

/** What a descent needs besides, made once for all of them. */
export interface DescentMemory {
  readonly oldGradient: Fields;
  readonly direction: Fields;
  /** Velocities along the direction. */
  readonly moving: Fields;
  readonly pairs: readonly PairMemory[];
}

export interface Energy {
  readonly matching: number;
  readonly regularity: number;
}

export interface DescentResult extends Energy {
  readonly iterations: number;
  readonly evaluations: number;
  /** Share of the energy that the iterations took away. */
  readonly gain: number;
}

const SHRINK = 0.4;
const TRIALS = 8;
const ARMIJO = 1e-4;

export function descentMemory(
  kernels: RegistrationKernels,
  grid: Grid,
  steps: number,
  pairs: number,
): DescentMemory {
  const fields = (): Fields => newFields(kernels, grid, steps);
  return {
    oldGradient: fields(),
    direction: fields(),
    moving: fields(),
    pairs: Array.from({ length: pairs }, () => ({ s: fields(), y: fields() })),
  };
}

/** Leaves `w`, and the flow's velocities and displacements that follow from it, at the best point found. */
export async function descend(descent: Descent): Promise<DescentResult> {
  const { kernels, memory, resumeFrom } = descent;
  const { oldGradient, direction } = memory;
  let { iterations, evaluations } = resumeFrom ?? { iterations: 0, evaluations: 1 };
  const first = energyOf(descent);
  const lbfgs = resumed(descent);
  let energy = resumeFrom ? energyOf(descent) : first;
  const gradient = gradientOf(descent);
  while (iterations < descent.iterations) {
    lbfgs.direction(gradient, direction);
    const found = searchLine(descent, gradient, lbfgs.pairs.length > 0, energy);
    evaluations += found.evaluations;
    if (found.step === 0) break;
    energy = found.energy;
    iterations++;
    if (iterations === descent.iterations) break;
    kernels.combine(oldGradient.all, 0, 1, gradient.all);
    gradientOf(descent);
    kernels.combine(direction.all, found.step, 0, direction.all);
    kernels.combine(oldGradient.all, -1, 1, gradient.all);
    lbfgs.learn(direction, oldGradient);
    await descent.onIteration(() => ({
      iterations,
      evaluations,
      w: descent.w.all,
      v: descent.flow.v.all,
      pairs: lbfgs.pairs.map(({ s, y }) => ({ s: s.all, y: y.all })),
    }));
  }
  return { ...energy, iterations, evaluations, gain: 1 - total(energy) / total(first) };
}

/** Puts everything where it was when the descent was broken off. */
function resumed({ kernels, flow, w, memory, resumeFrom }: Descent): Lbfgs {
  if (resumeFrom === undefined) return createLbfgs(kernels, memory.pairs);
  w.all.set(resumeFrom.w);
  flow.v.all.set(resumeFrom.v);
  flowForward(kernels, flow);
  resumeFrom.pairs.forEach(({ s, y }, i) => {
    memory.pairs[i]!.s.all.set(s);
    memory.pairs[i]!.y.all.set(y);
  });
  return createLbfgs(kernels, memory.pairs, resumeFrom.pairs.length);
}

/** Backtracks along the direction; step 0 where nothing on it is better. */
function searchLine(
  descent: Descent,
  gradient: Fields,
  isScaled: boolean,
  from: Energy,
): { readonly step: number; readonly energy: Energy; readonly evaluations: number } {
  const { kernels, memory, firstStepUm } = descent;
  const { direction, moving } = memory;
  kernels.combine(moving.all, 0, 1, direction.all);
  kernels.smooth(moving.steps);
  const slope = kernels.dot(gradient.all, direction.all);
  let step = isScaled ? 1 : firstStepUm / Math.max(largest(moving), Number.MIN_VALUE);
  let at = 0;
  for (let evaluations = 1; evaluations <= TRIALS; evaluations++, step *= SHRINK) {
    moveBy(descent, step - at);
    at = step;
    const energy = energyOf(descent);
    if (total(energy) <= total(from) + ARMIJO * step * slope) return { step, energy, evaluations };
  }
  moveBy(descent, -at);
  energyOf(descent);
  return { step: 0, energy: from, evaluations: TRIALS };
}

/** v is linear in w: along a direction it needs no transform of its own. */
function moveBy({ kernels, flow, w, memory }: Descent, step: number): void {
  kernels.combine(w.all, 1, step, memory.direction.all);
  kernels.combine(flow.v.all, 1, step, memory.moving.all);
  flowForward(kernels, flow);
}

const total = ({ matching, regularity }: Energy): number => matching + regularity;

/** Of one unit of |w|^2, twice. */
const stiffnessOf = ({ flow, sigmaR }: Descent): number =>
  voxelVolume(flow.grid) / flow.v.steps.length / sigmaR ** 2;

/** The energy at the velocities as they are, its terms apart; leaves the prediction behind. */
export function energyOf(descent: Descent): Energy {
  const { kernels, matcher, flow, w, toAtlas, cost } = descent;
  predictMatcher(kernels, matcher, toAtlas, flow.grid, endOf(flow));
  return {
    matching: (cost / 2) * kernels.misfit(misfitOf(matcher)),
    regularity: (stiffnessOf(descent) / 2) * kernels.dot(w.all, w.all),
  };
}

/** dE/dw at the last point that was predicted, in the flow's `dv`. */
export function gradientOf(descent: Descent): Fields {
  const { kernels, matcher, flow, w, toAtlas, cost } = descent;
  kernels.pull(misfitOf(matcher), cost, matcher.pull, undefined);
  const geometry = geometryOf(matcher, toAtlas, flow.grid);
  kernels.splatPull(geometry, matcher.sample.grid.size, matcher.pull, matcher.rise, flow.g.steps[0]!);
  flowBack(kernels, flow);
  kernels.smooth(flow.dv.steps);
  kernels.combine(flow.dv.all, 1, stiffnessOf(descent), w.all);
  return flow.dv;
}
