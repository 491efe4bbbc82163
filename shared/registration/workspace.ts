/** What a registration is given, and what the rounds of one level work in. */
import { type DescentMemory, descentMemory } from './descend.ts';
import { type Fields, newFields } from './fields.ts';
import { type Flow, openFlow } from './flow.ts';
import type { Grid } from './grid.ts';
import type { RegistrationKernels } from './kernels.ts';
import { blockFor, blockMeans, thinned, type WeightedImage } from './levels.ts';
import { type Matcher, openMatcher } from './matcher.ts';
import type { OtherKinds } from './mixture.ts';
import type { Recipe } from './recipe.ts';

export interface RegistrationProblem {
  readonly kernels: RegistrationKernels;
  /** Prepared, at the finest level used. */
  readonly sample: WeightedImage;
  readonly atlas: WeightedImage;
  readonly velocity: Grid;
  readonly recipe: Recipe;
}

/** What the rounds of a level work in. */
export interface Workspace extends FlowSpace {
  readonly matcher: Matcher;
  readonly kinds: OtherKinds;
}

/** The velocity grid's part: the same on all levels. */
export interface FlowSpace {
  readonly flow: Flow;
  readonly w: Fields;
  /** w at the ends of rounds, in turn: a round's beginning is kept until its end is. */
  readonly ends: readonly [Float32Array, Float32Array];
  readonly memory: DescentMemory;
}

export const openFlowSpace = (
  kernels: RegistrationKernels,
  velocity: Grid,
  timeSteps: number,
  pairs: number,
): FlowSpace => {
  const fields = (): Fields => newFields(kernels, velocity, timeSteps);
  return {
    flow: openFlow(kernels, velocity, timeSteps),
    w: fields(),
    ends: [fields().all, fields().all],
    memory: descentMemory(kernels, velocity, timeSteps, pairs),
  };
};

export function openLevel(problem: RegistrationProblem, level: number): Matcher {
  const { sample, atlas } = levelImages(problem, level);
  return openMatcher(problem.kernels, sample, atlas, problem.recipe.contrastUm);
}

/** Of the finest level the problem's own, where that compares every voxel. */
export function levelImages(
  { recipe, sample, atlas }: RegistrationProblem,
  level: number,
): { readonly sample: WeightedImage; readonly atlas: WeightedImage } {
  const { spacingUm, every = 1 } = recipe.levels[level]!;
  return {
    sample: thinned(blockMeans(sample, blockFor(sample.grid, spacingUm)), every),
    atlas: blockMeans(atlas, blockFor(atlas.grid, spacingUm)),
  };
}
