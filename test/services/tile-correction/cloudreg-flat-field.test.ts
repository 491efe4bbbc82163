import { expect, it } from 'vitest';
import { readImage } from '../../../bench/illumination-data.ts';
import { cloudRegFlatField } from '../../../services/tile-correction/cloudreg-flat-field.ts';
import { mean, standardDeviation } from '../../../shared/numerics/statistics.ts';
import { sharedPath } from '../../shared-data.ts';

it('a constant mean tile needs no correction', () => {
  const factor = cloudRegFlatField({ data: new Float64Array(600).fill(310.5), shape: [30, 20] }, 110);
  expect(factor.every((value) => value === 1)).toBe(true);
});

it('the background does not matter to the rule, which subtracts the minimum', () => {
  const data = Float64Array.from({ length: 600 }, (_, n) => 400 + 3 * (n % 30) + ((n * 7919) % 64));
  const tile = { data, shape: [30, 20] } as const;
  expect(cloudRegFlatField(tile, 128)).toEqual(cloudRegFlatField(tile, 256));
});

const directory = sharedPath('data', 'illumination');
it.skipIf(directory === undefined)('the factor is that of the reference program', () => {
  const { data, shape } = readImage(`${directory}/tile_mean.npy.gz`);
  const [width = 0, height = 0] = shape;
  const factor = cloudRegFlatField({ data: Float64Array.from(data), shape: [width, height] }, 0);
  const reference = readImage(`${directory}/tile_cloudreg_default.field.npy.gz`).data;
  const differences = Array.from(factor, (value, n) => Math.log(value) + reference[n]!);
  expect(standardDeviation(differences)).toBeLessThan(2e-4);
  expect(Math.abs(mean(differences))).toBeLessThan(1e-3);
});
