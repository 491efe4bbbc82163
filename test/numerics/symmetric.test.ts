import { expect, it } from 'vitest';
import { seededRandom } from '../../shared/numerics/random.ts';
import {
  addToElement,
  createSymmetric,
  SingularMatrixError,
  solveSymmetric,
} from '../../shared/numerics/symmetric.ts';

/** A positive definite system with the given envelope, as a matrix and as plain rows. */
function randomSystem(first: readonly number[], seed: number) {
  const random = seededRandom(seed);
  const matrix = createSymmetric(first);
  const dense = first.map(() => first.map(() => 0));
  const add = (i: number, j: number, value: number) => {
    addToElement(matrix, i, j, value);
    dense[i]![j]! += value;
    if (i !== j) dense[j]![i]! += value;
  };
  for (let i = 0; i < first.length; i++) {
    add(i, i, 2 * first.length);
    for (let j = first[i]!; j < i; j++) add(j, i, random() - 0.5);
  }
  return { matrix, dense };
}

it.each([
  ['dense', [0, 0, 0, 0, 0, 0]],
  ['banded with full last rows', [0, 0, 1, 2, 3, 0, 0]],
  ['diagonal', [0, 1, 2]],
])('solves a %s system', (_, first) => {
  const { matrix, dense } = randomSystem(first, 11);
  const solution = first.map((_, i) => i - 1.5);
  const right = dense.map((row) => row.reduce((sum, value, j) => sum + value * solution[j]!, 0));
  const found = solveSymmetric(matrix, right);
  for (const [i, value] of solution.entries()) expect(found[i]).toBeCloseTo(value, 12);
});

it('says which unknown the data leave free', () => {
  const matrix = createSymmetric([0, 0]);
  addToElement(matrix, 0, 0, 1);
  expect(() => solveSymmetric(matrix, [1, 1])).toThrow(SingularMatrixError);
  expect(() => solveSymmetric(createSymmetric([0]), [1])).toThrow('Pivot 0 of a symmetric system is 0');
});

it('refuses elements outside the envelope', () => {
  expect(() => addToElement(createSymmetric([0, 1]), 1, 0, 1)).toThrow('(1, 0) lies outside the envelope');
});
