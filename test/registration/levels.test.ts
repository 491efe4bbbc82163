import { describe, expect, it } from 'vitest';
import { centredGrid } from '../../shared/registration/grid.ts';
import { prepareSample } from '../../shared/registration/intensities.ts';
import { blockFor, blockMeans, recordedValues, thinned } from '../../shared/registration/levels.ts';

const grid = centredGrid([5, 4, 2], [100, 100, 200]);
const image = {
  grid,
  values: Float32Array.from({ length: 40 }, (_, i) => i),
  weights: Float32Array.from({ length: 40 }, (_, i) => (i % 5 === 0 ? 0 : 1)),
};

describe('a level of an image', () => {
  it('is the weighted mean of blocks from the corner on, the last of a row not whole', () => {
    expect(blockFor(grid, 200)).toEqual([2, 2, 1]);
    const level = blockMeans(image, [2, 2, 1]);
    expect(level.grid).toEqual({ size: [3, 2, 2], spacingUm: [200, 200, 200], originUm: [-150, -100, -100] });
    // Of voxels 0, 1, 5 and 6 only 1 and 6 were recorded; of the last block only its left half is there.
    expect([level.values[0], level.weights[0]]).toEqual([3.5, 0.5]);
    expect([level.values[2], level.weights[2]]).toEqual([6.5, 0.5]);
  });

  it('counts a block as not recorded where less than half of it was', () => {
    const level = blockMeans(
      { ...image, weights: image.weights.map((_, i) => (i === 6 ? 1 : 0)) },
      [2, 2, 1],
    );
    expect([...level.weights]).toEqual(Array(12).fill(0));
  });

  it('may take every second voxel only, where it is', () => {
    const thin = thinned(image, 2);
    expect(thin.grid).toEqual({ size: [3, 2, 1], spacingUm: [200, 200, 400], originUm: grid.originUm });
    expect([...thin.values]).toEqual([0, 2, 4, 10, 12, 14]);
    expect([...thin.weights]).toEqual([0, 1, 1, 0, 1, 1]);
    expect(thinned(image, 1)).toBe(image);
  });

  it('knows the values that were recorded', () => {
    expect(recordedValues(image)).toHaveLength(32);
    expect(recordedValues(image)[4]).toBe(6);
  });
});

describe('prepared intensities', () => {
  it('have mean 0 and deviation 1 where recorded, and are 0 elsewhere', () => {
    const { values, weights } = prepareSample(image);
    const recorded = recordedValues({ grid, values, weights });
    const mean = recorded.reduce((sum, value) => sum + value, 0) / recorded.length;
    const square = recorded.reduce((sum, value) => sum + value ** 2, 0) / recorded.length;
    expect(mean).toBeCloseTo(0, 5);
    expect(square).toBeCloseTo(1, 5);
    expect(values.filter((_, i) => weights[i] === 0)).toEqual(new Float32Array(8));
  });

  it('need more than one value', () => {
    expect(() => prepareSample({ ...image, values: image.values.map(() => 7) })).toThrow('constant');
  });
});
