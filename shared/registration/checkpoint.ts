/** Where a registration stands: what a later round needs of the ones before, and no more. */
import type { Affine } from '../geometry/affine.ts';
import { FIRST_DAMPING } from './affine-step.ts';
import { FIRST_MIXTURE, type Mixture } from './mixture.ts';
import type { Recipe } from './recipe.ts';

/**
 * Plain data. Its arrays may be views of the memory that the registration works in: good until the promise of the callback
 * that was handed them settles.
 */
export interface Checkpoint {
  /** Of the next round: its level's place in the recipe, and its own place in that level. */
  readonly level: number;
  readonly round: number;
  /** Sample to atlas, centred um. */
  readonly toAtlas: Affine;
  readonly damping: number;
  readonly mixture: Mixture;
  /** As the last round of this level left it; undefined at a level's beginning. */
  readonly contrast: ContrastState | undefined;
  readonly timeSteps: number;
  /** How far the first step of a round may go, in voxels of its level: halved where the map came near to folding. */
  readonly stepVoxels: number;
  /** w = L v of every time step, four floats a node; undefined for none yet: 0 everywhere. */
  readonly w: Float32Array | undefined;
  /** Of a round that has begun. All of the above is then as it was when it began. */
  readonly descent: DescentState | undefined;
}

export interface ContrastState {
  /** Constant first. */
  readonly cubic: readonly number[];
  /** On the blocks of the level's local contrast. */
  readonly gain: Float32Array;
  readonly offset: Float32Array;
}

/** Between two iterations of L-BFGS. */
export interface DescentState {
  readonly iterations: number;
  readonly evaluations: number;
  readonly w: Float32Array;
  readonly v: Float32Array;
  /** The oldest first. */
  readonly pairs: readonly { readonly s: Float32Array; readonly y: Float32Array }[];
}

/** Before the first round, with an affine map to begin with. */
export const startAt = (toAtlas: Affine, recipe: Recipe): Checkpoint => ({
  level: 0,
  round: 0,
  toAtlas,
  damping: FIRST_DAMPING,
  mixture: FIRST_MIXTURE,
  contrast: undefined,
  timeSteps: recipe.timeSteps,
  stepVoxels: 0.5,
  w: undefined,
  descent: undefined,
});

export const isFinished = ({ level }: Checkpoint, recipe: Recipe): boolean => level >= recipe.levels.length;
