/** A recipe as a file: what `--schedule` names, and what a registration records of itself. */
import { z } from 'zod';
import type { Recipe } from '../recipe.ts';

const positive = z.number().positive();
const count = z.number().int().positive();

export const recipeSchema = z
  .object({
    levels: z
      .array(z.object({ spacingUm: positive, rounds: count, every: count.optional() }).strict())
      .nonempty()
      .readonly(),
    iterations: count,
    memory: count,
    smoothnessUm: positive,
    power: count,
    sigmaR: positive,
    velocitySpacingUm: positive,
    timeSteps: count,
    contrastUm: positive,
    affine: z.enum(['full', 'rigid']).optional(),
  })
  .strict() satisfies z.ZodType<Recipe>;
