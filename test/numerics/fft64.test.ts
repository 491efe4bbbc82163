import { expect, it } from 'vitest';
import { createFft64 } from '../../shared/numerics/fft64.ts';
import { seededRandom } from '../../shared/numerics/random.ts';

const randomLine = (size: number, seed: number) => Float64Array.from({ length: size }, seededRandom(seed));

it.each([1, 2, 8, 64])('the transform of %i points is the sum it stands for', (size) => {
  const [inputRe, inputIm] = [randomLine(size, 1), randomLine(size, 2)];
  const [re, im] = [inputRe.slice(), inputIm.slice()];
  createFft64(size).forward(re, im);
  for (let k = 0; k < size; k++) {
    let [sumRe, sumIm] = [0, 0];
    for (let n = 0; n < size; n++) {
      const angle = (-2 * Math.PI * k * n) / size;
      sumRe += inputRe[n]! * Math.cos(angle) - inputIm[n]! * Math.sin(angle);
      sumIm += inputRe[n]! * Math.sin(angle) + inputIm[n]! * Math.cos(angle);
    }
    expect(re[k]).toBeCloseTo(sumRe, 11);
    expect(im[k]).toBeCloseTo(sumIm, 11);
  }
});

it('the inverse undoes it', () => {
  const fft = createFft64(512);
  const [re, im] = [randomLine(512, 3), randomLine(512, 4)];
  fft.forward(re, im);
  fft.inverse(re, im);
  for (const [n, value] of randomLine(512, 3).entries()) expect(re[n]).toBeCloseTo(value, 13);
  for (const [n, value] of randomLine(512, 4).entries()) expect(im[n]).toBeCloseTo(value, 13);
});

it('sizes that are no power of two are refused', () => {
  expect(() => createFft64(200)).toThrow('FFT of 200 points: expected a power of two');
});
