/** Planes on a grid of cubes, against the same sums written down plainly in three dimensions. */
import { describe, expect, it } from 'vitest';
import { nearestTaps, smoothTaps } from '../../shared/export/axis-taps.ts';
import type { PlaneImage } from '../../shared/export/plane-image.ts';
import { isotropicPlanes } from '../../shared/export/resample-planes.ts';
import type { Vec3 } from '../../shared/geometry/box.ts';
import { seededRandom } from '../../shared/numerics/random.ts';
import { type DataType, type VoxelArray, zeroVoxels } from '../../shared/volume/data-type.ts';

function imageOf(
  dataType: DataType,
  sizeVoxels: Vec3,
  voxelSizeUm: Vec3,
  value: (x: number, y: number, z: number) => number | bigint,
): PlaneImage {
  const [width, height, depth] = sizeVoxels;
  return {
    dataType,
    sizeVoxels,
    channels: 1,
    voxelSizeUm,
    originUm: [voxelSizeUm[0] / 2, voxelSizeUm[1] / 2, voxelSizeUm[2] / 2],
    async *planes() {
      for (let z = 0; z < depth; z++) {
        const plane = zeroVoxels(dataType, width * height);
        for (let i = 0; i < plane.length; i++) plane[i] = value(i % width, Math.floor(i / width), z) as never;
        yield plane;
      }
    },
  };
}

async function allOf(image: PlaneImage): Promise<VoxelArray[]> {
  const planes: VoxelArray[] = [];
  for await (const plane of image.planes(0)) planes.push(plane);
  expect(planes).toHaveLength(image.sizeVoxels[2]);
  return planes;
}

describe('the weights along an axis', () => {
  it.each([
    [1, 1],
    [7, 1],
    [7, 2],
    [100, 3.7],
    [5, 20],
    [9, 0.3],
    [1, 0.1],
  ])('of %i voxels to voxels of %f sum to 1 and stay inside', (size, step) => {
    const taps = smoothTaps(size, step);
    expect(taps.size).toBe(Math.max(1, Math.ceil(size / step - 1e-6)));
    for (const [i, weights] of taps.weights.entries()) {
      expect(weights.reduce((all, weight) => all + weight, 0)).toBeCloseTo(1, 12);
      expect(Math.min(...weights)).toBeGreaterThan(0);
      expect(taps.first[i]! + weights.length).toBeLessThanOrEqual(size);
    }
    for (const first of nearestTaps(size, step).first) expect(first).toBeLessThan(size);
  });

  it('change nothing where the size stays', () => {
    expect(smoothTaps(3, 1)).toEqual({ size: 3, first: [0, 1, 2], weights: [[1], [1], [1]] });
    expect(nearestTaps(3, 1).first).toEqual([0, 1, 2]);
  });

  it('count sizes that differ by rounding as equal', () => {
    expect(smoothTaps(100, 5 / (5 + 1e-12)).size).toBe(100);
  });
});

describe('an isotropic image', () => {
  it('begins at the same corner', () => {
    const image = isotropicPlanes(
      imageOf('uint16', [20, 12, 4], [1, 1, 5], () => 0),
      4,
      false,
    );
    expect(image).toMatchObject({ sizeVoxels: [5, 3, 5], voxelSizeUm: [4, 4, 4], originUm: [2, 2, 2] });
  });

  it.each([
    ['uint8', 0.7],
    ['int16', 2.5],
    ['uint32', 6],
    ['float32', 4],
  ] as const)('of %s at %f um is the plain sum of its neighbours', async (type, um) => {
    const random = seededRandom(3);
    const size: Vec3 = [9, 7, 5];
    const given = Array.from(
      { length: 9 * 7 * 5 },
      () => Math.floor(200 * random()) - (type === 'int16' ? 90 : 0),
    );
    const image = imageOf(type, size, [1, 1.2, 3], (x, y, z) => given[x + 9 * (y + 7 * z)]!);
    const result = isotropicPlanes(image, um, false);
    const planes = await allOf(result);
    const weightsAt = (index: number, length: number, old: number): number[] => {
      const [step, radius] = [um / old, Math.max(1, um / old)];
      const centre = Math.min((index + 0.5) * step, length - 0.5);
      const raw = Array.from({ length }, (_, i) => Math.max(0, 1 - Math.abs(i + 0.5 - centre) / radius));
      const sum = raw.reduce((all, weight) => all + weight, 0);
      return raw.map((weight) => weight / sum);
    };
    const [width, height, depth] = result.sizeVoxels;
    for (let z = 0; z < depth; z++)
      for (let y = 0; y < height; y++)
        for (let x = 0; x < width; x++) {
          const [wx, wy, wz] = [weightsAt(x, 9, 1), weightsAt(y, 7, 1.2), weightsAt(z, 5, 3)];
          const sum = given.reduce(
            (all, value, i) =>
              all + value * wx[i % 9]! * wy[Math.floor(i / 9) % 7]! * wz[Math.floor(i / 63)]!,
            0,
          );
          const found = Number(planes[z]![x + width * y]);
          expect(Math.abs(found - sum)).toBeLessThanOrEqual(type === 'float32' ? 1e-4 : 0.5 + 1e-9);
        }
  });

  it.each(['uint8', 'int32', 'float32'] as const)('of one value keeps it, in %s', async (type) => {
    for (const um of [0.4, 1, 3.3, 50]) {
      const planes = await allOf(
        isotropicPlanes(
          imageOf(type, [9, 7, 5], [1, 1, 3], () => 113),
          um,
          false,
        ),
      );
      for (const plane of planes) expect(new Set(plane as Uint8Array)).toEqual(new Set([113]));
    }
  });

  it('shows no stripes that it is too coarse for', async () => {
    const stripes = imageOf('uint16', [64, 64, 8], [1, 1, 1], (x) => (x % 2 === 0 ? 1000 : 0));
    for (const um of [2, 3, 4.5]) {
      const image = isotropicPlanes(stripes, um, false);
      const inside = Array.from((await allOf(image))[1]! as Uint16Array).slice(1, image.sizeVoxels[0] - 1);
      expect(Math.max(...inside) - Math.min(...inside)).toBeLessThan(130);
    }
  });

  it('keeps labels, the nearest of each place', async () => {
    const label = (x: number, y: number, z: number): bigint => 2n ** 60n + BigInt(x + 10 * y + 100 * z);
    const image = isotropicPlanes(imageOf('uint64', [9, 7, 5], [1, 1, 3], label), 2, true);
    expect(image.sizeVoxels).toEqual([5, 4, 8]);
    const planes = await allOf(image);
    for (let z = 0; z < 8; z++)
      for (let y = 0; y < 4; y++)
        for (let x = 0; x < 5; x++) {
          const near = label(
            Math.min(8, 2 * x + 1),
            Math.min(6, 2 * y + 1),
            Math.min(4, Math.floor(((z + 0.5) * 2) / 3)),
          );
          expect(planes[z]![x + 5 * y]).toBe(near);
        }
  });

  it('keeps labels where it is finer', async () => {
    const image = isotropicPlanes(
      imageOf('uint16', [3, 1, 2], [2, 2, 4], (x, _y, z) => x + 10 * z),
      1,
      true,
    );
    expect((await allOf(image)).map((plane) => Array.from(plane as Uint16Array).slice(0, 6))).toEqual([
      ...Array.from({ length: 4 }, () => [0, 0, 1, 1, 2, 2]),
      ...Array.from({ length: 4 }, () => [10, 10, 11, 11, 12, 12]),
    ]);
  });
});
