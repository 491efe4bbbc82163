import { describe, expect, it } from 'vitest';
import type { Vec3 } from '../../shared/geometry/box.ts';
import { planScales, type ScaleWishes } from '../../shared/volume/scales.ts';

const plan = (wishes: Partial<ScaleWishes<'uint16'>>) =>
  planScales({
    sizeVoxels: [1000, 700, 300],
    voxelSizeUm: [1, 1, 1],
    chunkSize: [128, 128, 64],
    factor: 'auto',
    mips: 'auto',
    dataType: 'uint16',
    ...wishes,
  });

describe('the mips of a volume', () => {
  it('begin with the voxels as they are', () => {
    expect(plan({ voxelSizeUm: [0.585, 0.585, 5] })[0]).toEqual({
      key: '585_585_5000',
      sizeVoxels: [1000, 700, 300],
      resolutionNm: [585, 585, 5000],
      factorFromPrevious: [1, 1, 1],
      chunkSize: [128, 128, 64],
      dataType: 'uint16',
    });
  });

  it('go on until x and y fit one chunk', () => {
    const sizes = plan({ factor: [2, 2, 1] }).map(({ sizeVoxels }) => sizeVoxels);
    expect(sizes).toEqual([
      [1000, 700, 300],
      [500, 350, 300],
      [250, 175, 300],
      [125, 88, 300],
    ]);
    expect(plan({ sizeVoxels: [128, 128, 9999] })).toHaveLength(1);
    expect(plan({ sizeVoxels: [128, 129, 1] })).toHaveLength(2);
  });

  it('are as many as asked for', () => {
    expect(plan({ mips: 1 })).toHaveLength(1);
    const many = plan({ mips: 12, factor: [2, 2, 2] });
    expect(many).toHaveLength(12);
    expect(many.at(-1)?.sizeVoxels).toEqual([1, 1, 1]);
  });

  it('halve as the factor says, rounding sizes up', () => {
    const [, next] = plan({ sizeVoxels: [999, 701, 5], factor: [2, 2, 2] });
    expect(next).toMatchObject({
      key: '2000_2000_2000',
      sizeVoxels: [500, 351, 3],
      resolutionNm: [2000, 2000, 2000],
      factorFromPrevious: [2, 2, 2],
    });
  });

  it('keep fractions in the resolution and whole nanometres in the key', () => {
    const mips = plan({ voxelSizeUm: [1.8315, 2.3, 5.00001], factor: [2, 2, 1], mips: 2 });
    expect(mips.map(({ resolutionNm }) => resolutionNm)).toEqual([
      [1831.5, 2300, 5000.01],
      [3663, 4600, 5000.01],
    ]);
    expect(mips.map(({ key }) => key)).toEqual(['1832_2300_5000', '3663_4600_5000']);
  });

  it('never share a key', () => {
    const mips = plan({ voxelSizeUm: [0.0001, 0.0001, 0.0001], mips: 5 });
    expect(new Set(mips.map(({ key }) => key)).size).toBe(5);
    expect(mips[1]?.key).toBe('0_0_0_mip1');
  });

  it('refuse what is no size', () => {
    expect(() => plan({ sizeVoxels: [10, 0, 3] })).toThrow(/volume of 10 x 0 x 3 voxels/);
    expect(() => plan({ chunkSize: [64, 64, 1.5] })).toThrow(/Chunks of 64 x 64 x 1.5/);
    expect(() => plan({ voxelSizeUm: [1, Number.NaN, 1] })).toThrow(/Voxels of 1 x NaN x 1 um/);
  });
});

describe('factor auto', () => {
  const ratios = (voxelSizeUm: Vec3) =>
    plan({ voxelSizeUm, mips: 10 }).map(({ resolutionNm: [x, y, z] }) => z / Math.sqrt(x * y));

  it('halves x and y alone while z is the coarsest, then all three', () => {
    const factors = plan({ voxelSizeUm: [4, 4, 40], mips: 6 }).map((mip) => mip.factorFromPrevious[2]);
    expect(factors).toEqual([1, 1, 1, 1, 2, 2]);
    expect(plan({ voxelSizeUm: [1, 1, 1], mips: 3 }).map((mip) => mip.factorFromPrevious[2])).toEqual([
      1, 2, 2,
    ]);
  });

  it('halves z too once xy is within the square root of two of it', () => {
    expect(plan({ voxelSizeUm: [1, 1, 1.41], mips: 2 })[1]?.factorFromPrevious).toEqual([2, 2, 2]);
    expect(plan({ voxelSizeUm: [1, 1, 1.42], mips: 2 })[1]?.factorFromPrevious).toEqual([2, 2, 1]);
  });

  it('tends to cubes from any flat voxel, and stays there', () => {
    for (let z = 1; z < 60; z *= 1.07) {
      const found = ratios([1, 1, z]);
      const nearest = found.findIndex((ratio) => ratio <= Math.SQRT2);
      expect(found[nearest], `z of ${z}`).toBeGreaterThanOrEqual(Math.SQRT1_2);
      // From there on all axes are halved.
      for (const ratio of found.slice(nearest)) expect(ratio).toBeCloseTo(found[nearest]!, 9);
    }
  });

  it('never lets the voxel grow flatter from one mip to the next', () => {
    for (const z of [0.2, 0.7, 1, 1.3, 2, 5, 11]) {
      const distances = ratios([1, 1.1, z]).map((ratio) => Math.abs(Math.log2(ratio)));
      for (const [mip, distance] of distances.slice(1).entries())
        expect(distance).toBeLessThanOrEqual(distances[mip]! + 1e-9);
    }
  });
});
