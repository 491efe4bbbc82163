import { describe, expect, it } from 'vitest';
import { dilated, eroded, largestComponent, opened } from '../../shared/numerics/morphology.ts';
import { otsuThreshold } from '../../shared/numerics/otsu.ts';
import { seededRandom } from '../../shared/numerics/random.ts';

const mask = (...rows: string[]) => Uint8Array.from(rows.join(''), Number);

describe('binary images', () => {
  it('lose their rim when eroded, but nothing at the border', () => {
    const image = mask('11100', '11100', '11100', '00000');
    expect(eroded(image, [5, 4, 1])).toEqual(mask('11000', '11000', '00000', '00000'));
    expect(dilated(mask('000', '010', '000'), [3, 3, 1])).toEqual(mask('010', '111', '010'));
    expect(eroded(new Uint8Array(27).fill(1).with(13, 0), [3, 3, 3]).reduce((a, b) => a + b)).toBe(20);
  });

  it('lose thin parts when opened', () => {
    const image = mask('0000000', '0111000', '0111110', '0111000', '0000000');
    expect(opened(image, [7, 5, 1])).toEqual(mask('0000000', '0011000', '0111100', '0011000', '0000000'));
  });

  it('have a largest component, the first of equals', () => {
    expect(largestComponent(mask('110', '001', '011'), [3, 3, 1])).toEqual(mask('000', '001', '011'));
    expect(largestComponent(mask('101'), [3, 1, 1])).toEqual(mask('100'));
    expect(largestComponent(mask('000'), [3, 1, 1])).toEqual(mask('000'));
    expect(largestComponent(mask('10', '01', '10', '11'), [2, 2, 2])).toEqual(mask('10', '01', '10', '11'));
  });
});

describe("Otsu's threshold", () => {
  it('lies between two groups of values', () => {
    const random = seededRandom(3);
    const values = Array.from({ length: 4000 }, () => (random() < 0.2 ? 7 : 2) + random());
    const threshold = otsuThreshold(values);
    expect(threshold).toBeGreaterThan(3);
    expect(threshold).toBeLessThan(7);
  });

  it('is the value itself where there is only one', () => {
    expect(otsuThreshold([4, 4])).toBe(4);
  });
});
