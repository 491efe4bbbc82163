import { expect, it } from 'vitest';
import { addBlockSums, blockPixels } from '../../shared/numerics/block-sums.ts';

it('blocks at the right and lower border hold what the plane still has', () => {
  const plane = Uint16Array.from({ length: 5 * 3 }, (_, i) => i);
  const sums = new Float64Array(6);
  addBlockSums(plane, 5, 3, 2, sums);
  expect([...sums]).toEqual([0 + 1 + 5 + 6, 2 + 3 + 7 + 8, 4 + 9, 10 + 11, 12 + 13, 14]);
  expect([...blockPixels(5, 3, 2)]).toEqual([4, 4, 2, 2, 2, 1]);
  addBlockSums(plane, 5, 3, 2, sums);
  expect(sums[5]).toBe(28);
});

it('a block larger than the plane is the whole plane', () => {
  const sums = new Float64Array(1);
  addBlockSums(Float32Array.from([0.5, 1.25]), 2, 1, 4, sums);
  expect(sums[0]).toBe(1.75);
  expect([...blockPixels(2, 1, 4)]).toEqual([2]);
});
