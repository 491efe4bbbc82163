/** A first affine map without a person: poses on a grid, the best few refined (REGISTRATION section 6.2). */
import { type Affine, compose, invert, linear, rotation, scaling, translation } from '../geometry/affine.ts';
import { type Orientation, reorientationMatrix } from '../geometry/orientation.ts';
import {
  type AffineProblem,
  type AffineState,
  affineStep,
  FIRST_DAMPING,
  measureAffine,
} from './affine-step.ts';
import { fitCubic } from './contrast.ts';
import { newFields } from './fields.ts';
import { foregroundOf } from './foreground.ts';
import { type Grid, pointsOf } from './grid.ts';
import type { RegistrationKernels } from './kernels.ts';
import { thinned, type WeightedImage } from './levels.ts';
import { misfitOf, openMatcher } from './matcher.ts';
import { tissueBeside } from './overlap.ts';

const ANGLES = [-24, -12, 0, 12, 24];
const SCALES = [0.88, 1, 1.14];
const REFINED = 10;
const STEPS = 12;
/** Of the sample, to tell a good candidate from a bad one. */
const ENOUGH_VOXELS = 40_000;
/** Not used: the contrast is the same everywhere here. */
const LOCAL_UM = 2000;
/** Relative gain of a step below which refinement stops. */
const LEAST_GAIN = 2e-4;

export interface InitialMap {
  /** Sample to atlas, both centred (um). */
  readonly toAtlas: Affine;
  /**
   * Share of the sample's weighted variance that the fit leaves unexplained; where it was searched for, and the square of the
   * share of tissue that lies beside the atlas.
   */
  readonly residual: number;
}

/** All refined candidates, the best first. */
export function searchInitial(
  kernels: RegistrationKernels,
  sample: WeightedImage,
  atlas: WeightedImage,
  velocity: Grid,
  orientations: { readonly sample: Orientation; readonly atlas: Orientation },
): InitialMap[] {
  const thin = thinned(sample, Math.max(1, Math.ceil(Math.cbrt(pointsOf(sample.grid) / ENOUGH_VOXELS))));
  const [scoring, problem] = [thin, sample].map((image) =>
    searchProblem(kernels, image, atlas, velocity),
  ) as [AffineProblem, AffineProblem];
  const scored = candidates(sample, atlas, orientations).map((toAtlas) => ({
    toAtlas,
    error: measureAffine(scoring, toAtlas),
  }));
  scored.sort((a, b) => a.error - b.error);
  const whole = variance(sample);
  return scored
    .slice(0, REFINED)
    .map(({ toAtlas }) => refine(problem, toAtlas))
    .sort((a, b) => a.error - b.error)
    .map(({ toAtlas, error }) => ({ toAtlas, residual: error / whole }));
}

/** Of one map as it is. */
export function residualOfMap(
  kernels: RegistrationKernels,
  sample: WeightedImage,
  atlas: WeightedImage,
  velocity: Grid,
  toAtlas: Affine,
): number {
  return measureAffine(affineProblem(kernels, sample, atlas, velocity), toAtlas) / variance(sample);
}

/**
 * Beside the atlas its border is all there is to compare with, and that fits a flat sample well: tissue there costs what it
 * would unexplained, a little of it hardly anything.
 */
function searchProblem(
  kernels: RegistrationKernels,
  sample: WeightedImage,
  atlas: WeightedImage,
  velocity: Grid,
): AffineProblem {
  const [whole, besideAt] = [variance(sample), tissueBeside(sample, atlas.grid)];
  return {
    ...affineProblem(kernels, sample, atlas, velocity),
    penaltyOf: (toAtlas) => whole * besideAt(toAtlas) ** 2,
  };
}

/** With a contrast of one cubic over all that was recorded: the background too, which holds the outline. */
function affineProblem(
  kernels: RegistrationKernels,
  sample: WeightedImage,
  atlas: WeightedImage,
  velocity: Grid,
): AffineProblem {
  const matcher = openMatcher(kernels, sample, atlas, LOCAL_UM);
  const fitContrast = (): void => {
    fitCubic(kernels, misfitOf(matcher), matcher.contrast.cubic);
  };
  return { kernels, matcher, velocity, u: newFields(kernels, velocity, 1).all, fitContrast };
}

function refine(problem: AffineProblem, toAtlas: Affine): AffineState {
  let state: AffineState = { toAtlas, damping: FIRST_DAMPING, error: measureAffine(problem, toAtlas) };
  for (let step = 0; step < STEPS; step++) {
    const next = affineStep(problem, state);
    const gain = (state.error - next.error) / state.error;
    state = next;
    if (gain < LEAST_GAIN) break;
  }
  return state;
}

/** Centroid on centroid, extents alike, then turned and stretched about it. */
function candidates(
  sample: WeightedImage,
  atlas: WeightedImage,
  orientations: { readonly sample: Orientation; readonly atlas: Orientation },
): Affine[] {
  const [from, to] = [foregroundOf(atlas), foregroundOf(sample)];
  const turned = linear(reorientationMatrix(orientations.atlas, orientations.sample));
  const [x, y, z] = from.centroid;
  const toOrigin = translation([-x, -y, -z]);
  const size = to.radiusUm / from.radiusUm;
  const found: Affine[] = [];
  for (const factor of SCALES)
    for (const a of ANGLES)
      for (const b of ANGLES)
        for (const c of ANGLES) {
          const scale = size * factor;
          const shape = compose(scaling([scale, scale, scale]), compose(rotation([a, b, c]), turned));
          found.push(invert(compose(translation(to.centroid), compose(shape, toOrigin))));
        }
  return found;
}

function variance({ values, weights }: WeightedImage): number {
  let [sum, squares, total] = [0, 0, 0];
  for (let i = 0; i < values.length; i++) {
    sum += weights[i]! * values[i]!;
    squares += weights[i]! * values[i]! ** 2;
    total += weights[i]!;
  }
  return squares - sum ** 2 / total;
}
