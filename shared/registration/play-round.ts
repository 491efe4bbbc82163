/** One round of a registration: kinds of voxels and contrast, affine steps, then iterations on the flow. */
import { type AffineState, affineStep, measureAffine } from './affine-step.ts';
import type { Checkpoint, ContrastState, DescentState } from './checkpoint.ts';
import { type Contrast, spreadContrast } from './contrast.ts';
import { type DescentResult, descend } from './descend.ts';
import { endOf, flowForward } from './flow.ts';
import type { RegistrationKernels } from './kernels.ts';
import { classifyMatcher, costOf, fitMatcherContrast, type Matcher, predictMatcher } from './matcher.ts';
import type { Mixture } from './mixture.ts';
import type { RegistrationProblem, Workspace } from './workspace.ts';

const AFFINE_STEPS = 2;

/** Leaves the flow at the round's end. */
export async function playRound(
  { kernels, velocity, recipe }: RegistrationProblem,
  space: Workspace,
  at: Checkpoint,
  onIteration: (state: () => DescentState) => Promise<void>,
): Promise<{ readonly next: Checkpoint; readonly energies: DescentResult; readonly movedUm: number }> {
  const { matcher, flow, w } = space;
  takeUp(kernels, space, at);
  const before = endOf(flow).slice();
  predictMatcher(kernels, matcher, at.toAtlas, velocity, endOf(flow));
  const mixture = fitKinds(kernels, space, at);
  const affine = affineSteps(kernels, space, at, recipe.affine === 'rigid');
  const energies = await descend({
    kernels,
    matcher,
    flow,
    w,
    toAtlas: affine.toAtlas,
    cost: costOf(matcher, mixture),
    sigmaR: recipe.sigmaR,
    firstStepUm: at.stepVoxels * recipe.levels[at.level]!.spacingUm,
    iterations: recipe.iterations,
    memory: space.memory,
    resumeFrom: at.descent,
    onIteration,
  });
  const next: Checkpoint = {
    ...at,
    round: at.round + 1,
    toAtlas: affine.toAtlas,
    damping: affine.damping,
    mixture,
    contrast: contrastState(matcher.contrast),
    w: keepEnd(space, at.w),
    descent: undefined,
  };
  return { next, energies, movedUm: meanChange(before, endOf(flow)) };
}

/** Velocities and displacements from a checkpoint's w, of the same bits whether it was just reached or read from a file. */
export function takeUp(
  kernels: RegistrationKernels,
  { flow, w }: Pick<Workspace, 'flow' | 'w'>,
  at: Checkpoint,
): void {
  if (at.w === undefined) w.all.fill(0);
  else w.all.set(at.w);
  flow.v.all.set(w.all);
  kernels.smooth(flow.v.steps);
  flowForward(kernels, flow);
}

/** Not where the round's beginning lies: that may be needed again. */
function keepEnd({ w, ends: [one, other] }: Workspace, beginning: Float32Array | undefined): Float32Array {
  const end = beginning === one ? other : one;
  end.set(w.all);
  return end;
}

/** At a level's beginning every voxel matches, and more steps are due. */
function fitKinds(kernels: RegistrationKernels, { matcher, kinds }: Workspace, at: Checkpoint): Mixture {
  let { mixture } = at;
  if (at.contrast === undefined) matcher.weights.set(matcher.sample.weights);
  else {
    restoreContrast(kernels, matcher, at.contrast);
    mixture = classifyMatcher(kernels, matcher, kinds, mixture);
  }
  for (let i = at.contrast === undefined ? 4 : 1; i > 0; i--) {
    fitMatcherContrast(kernels, matcher);
    mixture = classifyMatcher(kernels, matcher, kinds, mixture);
  }
  return mixture;
}

function restoreContrast(kernels: RegistrationKernels, { contrast }: Matcher, state: ContrastState): void {
  contrast.cubic.set(state.cubic);
  contrast.local.gain.set(state.gain);
  contrast.local.offset.set(state.offset);
  spreadContrast(kernels, contrast);
}

const contrastState = ({ cubic, local }: Contrast): ContrastState => ({
  cubic: [...cubic],
  gain: local.gain.slice(),
  offset: local.offset.slice(),
});

/** With the contrast fitted anew at every map that is tried. */
function affineSteps(
  kernels: RegistrationKernels,
  { matcher, flow }: Workspace,
  { toAtlas, damping }: Checkpoint,
  isScaleHeld: boolean,
): AffineState {
  const problem = {
    kernels,
    matcher,
    velocity: flow.grid,
    u: endOf(flow),
    fitContrast: () => fitMatcherContrast(kernels, matcher),
    isScaleHeld,
  };
  let state: AffineState = { toAtlas, damping, error: measureAffine(problem, toAtlas) };
  for (let i = 0; i < AFFINE_STEPS; i++) state = affineStep(problem, state);
  return state;
}

function meanChange(before: Float32Array, after: Float32Array): number {
  let sum = 0;
  for (let at = 0; at < after.length; at += 4)
    sum += Math.hypot(
      after[at]! - before[at]!,
      after[at + 1]! - before[at + 1]!,
      after[at + 2]! - before[at + 2]!,
    );
  return sum / (after.length / 4);
}
