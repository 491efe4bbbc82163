import { describe, expect, it } from 'vitest';
import { inverseDiagonal } from '../../shared/numerics/inverse-diagonal.ts';
import { seededRandom } from '../../shared/numerics/random.ts';
import { addToElement, createSymmetric, solveSymmetric } from '../../shared/numerics/symmetric.ts';

describe('the diagonal of an inverse', () => {
  it('equals the one from solving for every unit vector, whatever the envelope', () => {
    for (let seed = 1; seed <= 5; seed++) {
      const random = seededRandom(seed);
      const size = 20;
      const first = Array.from({ length: size }, (_, row) => Math.max(0, row - Math.floor(random() * 7)));
      const entries = first.flatMap((start, row) =>
        Array.from({ length: row - start }, (_, k) => [row, start + k, random() - 0.5] as const),
      );
      const build = () => {
        const matrix = createSymmetric(first);
        for (const [i, j, value] of entries) addToElement(matrix, i, j, value);
        for (let i = 0; i < size; i++) addToElement(matrix, i, i, 8);
        return matrix;
      };
      const factor = build();
      solveSymmetric(factor, new Float64Array(size));
      const diagonal = inverseDiagonal(factor);
      for (let i = 0; i < size; i++) {
        const unit = new Float64Array(size);
        unit[i] = 1;
        expect(diagonal[i], `seed ${seed}`).toBeCloseTo(solveSymmetric(build(), unit)[i]!, 12);
      }
    }
  });
});
