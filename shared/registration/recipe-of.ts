/** From a preset, a resolution and a person's wishes to a recipe. */
import { FAST, type Level, RECOMMENDED, type Recipe } from './recipe.ts';

/**
 * CloudReg's schedule and strengths: one level, sigmaR 5000, a 500 um, ten time steps, 3000 iterations, the scale held
 * (CLOUDREG section 7.3, REGISTRATION section 4). It looks at the kinds of voxels and the affine map after every step down
 * the gradient; here steps are of L-BFGS, fifteen to a round, and end where nothing moves any more.
 */
const CLOUDREG: Recipe = {
  levels: [{ spacingUm: 100, rounds: 200 }],
  iterations: 15,
  memory: 10,
  smoothnessUm: 500,
  power: 2,
  sigmaR: 5000,
  velocitySpacingUm: 200,
  timeSteps: 10,
  contrastUm: 750,
  affine: 'rigid',
};

export const PRESETS = { recommended: RECOMMENDED, fast: FAST, cloudreg: CLOUDREG } as const;

export interface RecipeWishes {
  readonly preset: keyof typeof PRESETS;
  readonly resolutionUm: number;
  readonly sigmaR?: number;
  readonly iterations?: number;
  /** A person gave the scale. */
  readonly isScaleHeld?: boolean;
  /** Of a file: wins over the preset, and over the resolution where it names levels. */
  readonly schedule?: Partial<Recipe>;
}

export function recipeOf({
  preset,
  resolutionUm,
  sigmaR,
  iterations,
  isScaleHeld = false,
  schedule = {},
}: RecipeWishes): Recipe {
  const base = PRESETS[preset];
  return {
    ...base,
    levels: levelsFor(base.levels, resolutionUm),
    ...(isScaleHeld ? { affine: 'rigid' } : {}),
    ...schedule,
    ...(sigmaR === undefined ? {} : { sigmaR }),
    ...(iterations === undefined ? {} : { iterations }),
  };
}

/** Rounds of each further halving of the resolution (REGISTRATION section 6.4). */
const FINER_ROUNDS = [2, 1] as const;

/** The preset's levels that are no finer than wanted, then the resolution itself where it is another. */
function levelsFor(levels: readonly Level[], resolutionUm: number): readonly Level[] {
  const coarser = levels.filter(({ spacingUm }) => spacingUm > resolutionUm * 1.01);
  const own = levels.filter(({ spacingUm }) => Math.abs(spacingUm / resolutionUm - 1) <= 0.01);
  if (own.length > 0) return [...coarser, ...own.map((level) => ({ ...level, spacingUm: resolutionUm }))];
  const finest = levels.at(-1)!.spacingUm;
  if (resolutionUm > finest) return [...coarser, { spacingUm: resolutionUm, rounds: levels.at(-1)!.rounds }];
  const added: Level[] = [];
  for (let spacing = finest / 2; spacing > resolutionUm * 1.01; spacing /= 2)
    added.push({ spacingUm: spacing, rounds: FINER_ROUNDS[Math.min(added.length, 1)]! });
  return [
    ...coarser,
    ...added,
    { spacingUm: resolutionUm, rounds: FINER_ROUNDS[Math.min(added.length, 1)]! },
  ];
}
