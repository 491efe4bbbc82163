/** The recipe of a job: its preset, changed by flags and by a file. */

import { z } from 'zod';
import { RegistrationInputError } from '../../../shared/registration/errors.ts';
import { recipeSchema } from '../../../shared/registration/files/recipe-schema.ts';
import type { Recipe } from '../../../shared/registration/recipe.ts';
import { recipeOf } from '../../../shared/registration/recipe-of.ts';
import { objectAt } from '../../../shared/registration/source/object-at.ts';
import type { JobParameters } from '../../parameters.ts';

export async function readRecipe(parameters: JobParameters): Promise<Recipe> {
  const { preset, registrationResolution, regularization, iterations, fixedScale, schedule } = parameters;
  return recipeOf({
    preset,
    resolutionUm: registrationResolution,
    ...(regularization === 'auto' ? {} : { sigmaR: regularization }),
    ...(iterations === 'auto' ? {} : { iterations }),
    isScaleHeld: fixedScale !== 'auto',
    ...(schedule === 'auto' ? {} : { schedule: await readSchedule(schedule) }),
  });
}

async function readSchedule(url: string): Promise<Partial<Recipe>> {
  const { bytes } = await objectAt(url);
  const parsed = recipeSchema.partial().safeParse(parseJson(url, bytes));
  if (!parsed.success)
    throw new RegistrationInputError(
      `--schedule ${url} is not as expected:\n${z.prettifyError(parsed.error)}`,
    );
  // Keys that are absent stay absent.
  return Object.fromEntries(Object.entries(parsed.data).filter(([, value]) => value !== undefined));
}

function parseJson(url: string, bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new RegistrationInputError(`--schedule ${url} is not JSON (${(cause as Error).message})`, {
      cause,
    });
  }
}
