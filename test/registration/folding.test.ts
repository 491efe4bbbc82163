import { describe, expect, it } from 'vitest';
import { startAt } from '../../shared/registration/checkpoint.ts';
import { FoldingError } from '../../shared/registration/errors.ts';
import { foldingGuard } from '../../shared/registration/folding-guard.ts';
import { centredGrid, type Grid } from '../../shared/registration/grid.ts';
import {
  determinantsAtNodes,
  determinantsOn,
  leastDeterminant,
  spreadOf,
} from '../../shared/registration/jacobian.ts';
import { shortRecipe, trueToAtlas } from './phantom.ts';

const grid: Grid = centredGrid([8, 6, 7], [300, 200, 250]);

/** u = M x. */
function linearField(rows: readonly (readonly number[])[]): Float32Array {
  const u = new Float32Array(4 * 8 * 6 * 7);
  let at = 0;
  for (let z = 0; z < 7; z++)
    for (let y = 0; y < 6; y++)
      for (let x = 0; x < 8; x++, at += 4) {
        const um = [x, y, z].map((i, axis) => grid.originUm[axis]! + i * grid.spacingUm[axis]!);
        rows.forEach((row, c) => void (u[at + c] = row.reduce((sum, value, i) => sum + value * um[i]!, 0)));
      }
  return u;
}

describe('the determinant of a map', () => {
  // (1.1, 0.2; -0.1, 0.9) in x and y, 1.2 in z.
  const u = linearField([
    [0.1, 0.2, 0],
    [-0.1, -0.1, 0],
    [0, 0, 0.2],
  ]);
  const expected = (1.1 * 0.9 + 0.2 * 0.1) * 1.2;

  it('is that of its matrix where the map is linear, at nodes and between them', () => {
    const inside = centredGrid([5, 5, 5], [100, 100, 100]);
    for (const determinants of [determinantsAtNodes(u, grid), determinantsOn(inside, u, grid)]) {
      const { min, median, max } = spreadOf(determinants);
      for (const value of [min, median, max]) expect(value).toBeCloseTo(expected, 4);
    }
  });

  it('is negative where the map folds', () => {
    expect(
      leastDeterminant(
        linearField([
          [-1.5, 0, 0],
          [0, 0, 0],
          [0, 0, 0],
        ]),
        grid,
      ),
    ).toBeCloseTo(-0.5, 4);
  });
});

describe('the guard against folding', () => {
  const at = { ...startAt(trueToAtlas, shortRecipe), w: Float32Array.of(1, 2, 3, 4, 5, 6) };

  it('lets a sound round pass', () => {
    expect(foldingGuard(at, 0.06)).toBeUndefined();
  });

  it('halves the first step, then doubles the time steps with the same velocities', () => {
    const shorter = foldingGuard(at, 0.04)!;
    expect(shorter).toEqual({ ...at, stepVoxels: 0.25 });
    const finer = foldingGuard(shorter, -1)!;
    expect(finer.timeSteps).toBe(6);
    expect([...finer.w!]).toEqual([1, 2, 1, 2, 3, 4, 3, 4, 5, 6, 5, 6]);
  });

  it('gives up with words when neither helps', () => {
    const last = { ...at, stepVoxels: 0.25, timeSteps: 32 };
    expect(() => foldingGuard(last, 0.01)).toThrow(FoldingError);
  });
});
