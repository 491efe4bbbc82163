import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../shared/numerics/random.ts';
import { fitContrast, openContrast } from '../../shared/registration/contrast.ts';
import { centredGrid, pointsOf } from '../../shared/registration/grid.ts';
import { classify } from '../../shared/registration/mixture.ts';
import { plainKernels } from '../../shared/registration/plain-kernels.ts';

const grid = centredGrid([24, 20, 22], [200, 200, 200]);
const kernels = plainKernels(grid, { lengthUm: 900, power: 2 });
const count = pointsOf(grid);

/** A random image, and the sample that a contrast makes of it: a cubic, brighter towards one side. */
function contrasted() {
  const random = seededRandom(9);
  const predicted = Float32Array.from({ length: count }, () => 3 * random() - 1);
  const gain = (i: number): number => 0.8 + 0.4 * ((i % 24) / 24);
  const sample = predicted.map((s, i) => gain(i) * (0.2 + 1.1 * s - 0.3 * s ** 2 + 0.05 * s ** 3));
  const contrast = openContrast(kernels, grid, 600);
  const weights = new Float32Array(count).fill(1);
  return { contrast, of: { sample, predicted, weights, ...contrast } };
}

const errorsOf = ({ of, contrast }: ReturnType<typeof contrasted>): Float32Array => {
  const [c0, c1, c2, c3] = contrast.cubic as unknown as [number, number, number, number];
  return of.predicted.map((s, i) => {
    const p = c0 + s * (c1 + s * (c2 + s * c3));
    return Math.abs(contrast.offset[i]! + contrast.gain[i]! * p - of.sample[i]!);
  });
};
const meanOf = (values: Float32Array): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

describe('the contrast', () => {
  it('finds a cubic whose gain changes slowly over the sample', () => {
    const data = contrasted();
    fitContrast(kernels, data.of, data.contrast);
    expect(meanOf(errorsOf(data))).toBeLessThan(0.03);
  });

  it('pays no heed to voxels without weight', () => {
    const [clean, spoilt] = [contrasted(), contrasted()];
    for (let i = 0; i < count; i += 5) {
      clean.of.weights[i] = spoilt.of.weights[i] = 0;
      spoilt.of.sample[i] = 1000;
    }
    fitContrast(kernels, clean.of, clean.contrast);
    fitContrast(kernels, spoilt.of, spoilt.contrast);
    expect(spoilt.contrast.gain).toEqual(clean.contrast.gain);
    expect(spoilt.contrast.offset).toEqual(clean.contrast.offset);
  });
});

describe('the kinds of voxels', () => {
  it('are told apart: tissue that matches, bright artefacts, background where the atlas has tissue', () => {
    const { contrast, of } = contrasted();
    contrast.cubic.set([0.2, 1.1, -0.3, 0.05]);
    contrast.gain.fill(1);
    const matching = of.predicted.map((s) => 0.2 + 1.1 * s - 0.3 * s ** 2 + 0.05 * s ** 3);
    of.sample.set(matching);
    of.sample.fill(9, 0, 500);
    of.sample.fill(-3, 500, 1000);
    const kinds = { artefact: { mean: 8, sigma: 2 }, background: { mean: -3, sigma: 0.3 } };
    let mixture = { sigma: 0.3, priors: [0.8, 0.1, 0.1] as readonly [number, number, number] };
    const recorded = new Float32Array(count).fill(1);
    for (let i = 0; i < 3; i++) mixture = classify(kernels, of, recorded, kinds, mixture);
    expect(of.weights[100]).toBeLessThan(0.01);
    expect(of.weights[700]).toBeLessThan(0.2);
    expect(meanOf(of.weights.subarray(1000))).toBeGreaterThan(0.99);
    expect(mixture.sigma).toBe(0.05);
    expect(mixture.priors[1]).toBeCloseTo(500 / count, 2);
  });
});
