/** Levenberg's damped Gauss-Newton steps on the affine map (REGISTRATION section 3.4). */
import type { Affine } from '../geometry/affine.ts';
import { addToElement, createSymmetric, solveSymmetric } from '../numerics/symmetric.ts';
import type { Grid } from './grid.ts';
import type { RegistrationKernels } from './kernels.ts';
import { geometryOf, indexToUm, type Matcher, misfitOf, predictMatcher } from './matcher.ts';
import { FREE, RIGID, rigidSums, turned } from './rigid-step.ts';

export interface AffineState {
  /** Sample to atlas. */
  readonly toAtlas: Affine;
  readonly damping: number;
  /** Weighted sum of squared errors at `toAtlas`, contrast fitted there, and the problem's penalty. */
  readonly error: number;
}

export const FIRST_DAMPING = 1e-3;
/** Beyond it no step helps any more. */
const LARGEST_DAMPING = 1e6;

export interface AffineProblem {
  readonly kernels: RegistrationKernels;
  readonly matcher: Matcher;
  readonly velocity: Grid;
  /** Displacement at the end of the flow. */
  readonly u: Float32Array;
  /** Fits the contrast to the prediction as it is. */
  readonly fitContrast: () => void;
  /** The map may turn and move only. */
  readonly isScaleHeld?: boolean | undefined;
  /** Added to the error at a map: what speaks against it beside the misfit. */
  readonly penaltyOf?: ((toAtlas: Affine) => number) | undefined;
}

/** Predicts and fits the contrast at a map, and measures the error there. */
export function measureAffine(
  { kernels, matcher, velocity, u, fitContrast, penaltyOf }: AffineProblem,
  toAtlas: Affine,
): number {
  predictMatcher(kernels, matcher, toAtlas, velocity, u);
  fitContrast();
  return kernels.misfit(misfitOf(matcher)) + (penaltyOf?.(toAtlas) ?? 0);
}

/** One accepted step, with as many trials as it takes; the same map where none helps. */
export function affineStep(problem: AffineProblem, state: AffineState): AffineState {
  const { kernels, matcher, velocity, u, isScaleHeld = false } = problem;
  kernels.pull(misfitOf(matcher), 1, matcher.pull, matcher.curvature);
  const sums = kernels.affineSums(
    geometryOf(matcher, state.toAtlas, velocity),
    matcher.sample.grid.size,
    indexToUm(matcher.sample.grid).flat(),
    u,
    matcher.pull,
    matcher.curvature,
    matcher.rise,
  );
  for (let { damping } = state; damping < LARGEST_DAMPING; damping *= 8) {
    const toAtlas = (isScaleHeld ? steppedRigid : stepped)(state.toAtlas, sums, damping);
    const error = measureAffine(problem, toAtlas);
    if (error < state.error) return { toAtlas, damping: damping / 4, error };
  }
  const error = measureAffine(problem, state.toAtlas);
  return { toAtlas: state.toAtlas, damping: FIRST_DAMPING, error };
}

function stepped(toAtlas: Affine, sums: Float64Array, damping: number): Affine {
  const step = solveDamped(FREE, sums, damping);
  const row = (r: 0 | 1 | 2): [number, number, number, number] => [
    toAtlas[r][0] - step[4 * r]!,
    toAtlas[r][1] - step[4 * r + 1]!,
    toAtlas[r][2] - step[4 * r + 2]!,
    toAtlas[r][3] - step[4 * r + 3]!,
  ];
  return [row(0), row(1), row(2)];
}

const steppedRigid: typeof stepped = (toAtlas, sums, damping) =>
  turned(
    toAtlas,
    solveDamped(RIGID, rigidSums(toAtlas, sums), damping).map((value) => -value),
  );

/** `sums`: gradient of so many unknowns, then their curvature row by row. */
function solveDamped(unknowns: number, sums: Float64Array, damping: number): Float64Array {
  const matrix = createSymmetric(Array.from({ length: unknowns }, () => 0));
  for (let p = 0; p < unknowns; p++)
    for (let q = 0; q <= p; q++) {
      const element = sums[unknowns + unknowns * p + q]!;
      addToElement(matrix, p, q, p === q ? element * (1 + damping) + Number.MIN_VALUE : element);
    }
  return solveSymmetric(matrix, sums.subarray(0, unknowns));
}
