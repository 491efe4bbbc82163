import { describe, expect, it } from 'vitest';
import { readLowVolume } from '../../../services/illumination-correction/estimate/read-low-volume.ts';
import type { Vec3 } from '../../../shared/geometry/box.ts';
import { quantile } from '../../../shared/numerics/statistics.ts';
import { openVolume } from '../../../shared/volume/open-volume.ts';
import { storeVolume } from './stored-volume.ts';

/** Read back at this sampling; chunks cut the blocks at odd places. */
async function lowOf(
  valueAt: (x: number, y: number, z: number) => number,
  factor: Vec3,
  takes: 'mean' | 'middle',
  voxelOffset: Vec3 = [0, 0, 0],
) {
  const size: Vec3 = [13, 9, 7];
  const data = Float32Array.from({ length: 13 * 9 * 7 }, (_, i) =>
    valueAt(i % 13, Math.floor(i / 13) % 9, Math.floor(i / 117)),
  );
  const array = { data, size, voxelSizeUm: [10, 20, 30] as Vec3 };
  const store = await storeVolume(array, { mips: 1, chunkSize: [5, 4, 3], voxelOffset });
  return readLowVolume(await openVolume(store), { mip: 0, factor, takes });
}

describe('a volume at low resolution', () => {
  it('holds means of blocks; what is left over at the far ends is dropped', async () => {
    const { low, problem } = await lowOf((x, y, z) => 1000 + 10 * x + 20 * y + 40 * z, [3, 2, 2], 'mean');
    expect(problem).toBeUndefined();
    expect(low.size).toEqual([4, 4, 3]);
    expect(low.voxelSizeUm).toEqual([30, 40, 60]);
    for (const [i, mean] of low.data.entries()) {
      const [x, y, z] = [i % 4, Math.floor(i / 4) % 4, Math.floor(i / 16)];
      expect(mean).toBeCloseTo(1000 + 10 * (3 * x + 1) + 20 * (2 * y + 0.5) + 40 * (2 * z + 0.5), 3);
    }
  });

  it('leaves voxels of 0 out of the means, and is 0 where there is nothing else', async () => {
    const { low } = await lowOf((x) => (x % 3 === 0 || x >= 9 ? 0 : 600), [3, 1, 1], 'mean');
    expect([...low.data.subarray(0, 4)]).toEqual([600, 600, 600, 0]);
  });

  it('raises what is dark to a fiftieth of the bright tissue', async () => {
    const { low } = await lowOf((x) => (x < 6 ? 1 + (x % 2) : 1000 + x), [1, 1, 1], 'mean');
    const dark = Math.fround(0.02 * 1012);
    expect(quantile(low.data, 0.99)).toBe(1012);
    expect([...low.data.subarray(0, 8)]).toEqual([dark, dark, dark, dark, dark, dark, 1006, 1007]);
  });

  it("takes the voxel in a block's middle as it is, where that is asked for", async () => {
    const { low } = await lowOf((x, y, z) => 1 + x + 13 * y + 117 * z, [3, 2, 2], 'middle');
    expect(low.data[0]).toBe(1 + 1 + 13 + 117);
    expect(low.data[1]).toBe(1 + 4 + 13 + 117);
  });

  it('is the same wherever the volume begins', async () => {
    const value = (x: number, y: number, z: number) => 500 + x * y + z;
    const [at, elsewhere] = [
      await lowOf(value, [3, 2, 2], 'mean'),
      await lowOf(value, [3, 2, 2], 'mean', [7, -11, 100]),
    ];
    expect(elsewhere.low).toEqual(at.low);
  });
});
