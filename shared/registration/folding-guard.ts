/** What is done about a round after which the map nearly folds (REGISTRATION section 6.4). */
import type { Checkpoint } from './checkpoint.ts';
import { FoldingError } from './errors.ts';

/** Least factor by which the map may shrink a volume. */
const LEAST = 0.05;
const WHOLE_STEP_VOXELS = 0.5;
const MOST_TIME_STEPS = 32;

/**
 * Undefined where the map is sound. Else the round's beginning with half the first step and, where that was tried, with
 * twice as many time steps. Throws FoldingError where both have been tried often enough.
 */
export function foldingGuard(began: Checkpoint, leastDeterminant: number): Checkpoint | undefined {
  if (leastDeterminant > LEAST) return undefined;
  const again = { ...began, descent: undefined };
  if (began.stepVoxels === WHOLE_STEP_VOXELS) return { ...again, stepVoxels: WHOLE_STEP_VOXELS / 2 };
  const timeSteps = 2 * began.timeSteps;
  if (timeSteps > MOST_TIME_STEPS) throw new FoldingError(began.level, began.round, leastDeterminant);
  return { ...again, timeSteps, w: began.w && eachTwice(began.w, began.timeSteps) };
}

/** The same velocities for two half steps instead of one whole one. */
function eachTwice(w: Float32Array, steps: number): Float32Array {
  const length = w.length / steps;
  const twice = new Float32Array(2 * w.length);
  for (let step = 0; step < 2 * steps; step++) {
    const from = Math.floor(step / 2) * length;
    twice.set(w.subarray(from, from + length), step * length);
  }
  return twice;
}
