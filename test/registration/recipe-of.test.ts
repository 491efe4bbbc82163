import { describe, expect, it } from 'vitest';
import { recipeOf } from '../../shared/registration/recipe-of.ts';

const um = { resolutionUm: 100 } as const;

describe('the recipe of a job', () => {
  it("has CloudReg's values with --preset cloudreg (CLOUDREG section 7.3, REGISTRATION section 4)", () => {
    const { levels, iterations, ...recipe } = recipeOf({ preset: 'cloudreg', ...um });
    expect(levels.map(({ spacingUm }) => spacingUm)).toEqual([100]);
    expect(levels[0]!.rounds * iterations).toBe(3000);
    expect(recipe).toMatchObject({
      sigmaR: 5000,
      smoothnessUm: 500,
      power: 2,
      timeSteps: 10,
      contrastUm: 750,
      affine: 'rigid',
    });
  });

  it('is the recommended one, or the fast one, with the affine map free unless the scale is given', () => {
    const recommended = recipeOf({ preset: 'recommended', ...um });
    const fast = recipeOf({ preset: 'fast', ...um });
    const rounds = (recipe: typeof fast): number =>
      recipe.levels.reduce((sum, level) => sum + level.rounds, 0) * recipe.iterations;
    expect(rounds(fast)).toBeLessThan(0.8 * rounds(recommended));
    expect([recommended.affine, fast.affine]).toEqual([undefined, undefined]);
    expect(recipeOf({ preset: 'fast', ...um, isScaleHeld: true }).affine).toBe('rigid');
  });

  it('takes a flag over the schedule of a file, and that over the preset', () => {
    const schedule = {
      sigmaR: 1,
      iterations: 2,
      levels: [{ spacingUm: 50, rounds: 1 }],
      affine: 'full',
    } as const;
    const recipe = recipeOf({ preset: 'cloudreg', ...um, sigmaR: 7, schedule });
    expect(recipe).toMatchObject({ sigmaR: 7, iterations: 2, levels: schedule.levels, affine: 'full' });
    expect(recipe.smoothnessUm).toBe(500);
  });

  it.each([
    [400, [400]],
    [200, [400, 200]],
    [50, [400, 200, 100, 100, 50]],
    [25, [400, 200, 100, 100, 50, 25]],
  ])('ends at the registration resolution of %i um', (resolutionUm, levels) => {
    const recipe = recipeOf({ preset: 'recommended', resolutionUm });
    expect(recipe.levels.map(({ spacingUm }) => spacingUm)).toEqual(levels);
  });
});
