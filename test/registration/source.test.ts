import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memoryStore } from '../../shared/adapters/memory/store.ts';
import type { ElementArray } from '../../shared/formats/elements.ts';
import { encodeNifti, niftiFrameOf } from '../../shared/formats/nifti/write.ts';
import type { NrrdMeta } from '../../shared/formats/nrrd/header.ts';
import { encodeNrrd } from '../../shared/formats/nrrd/write.ts';
import type { Vec3 } from '../../shared/geometry/box.ts';
import { seededRandom } from '../../shared/numerics/random.ts';
import { centredGrid } from '../../shared/registration/grid.ts';
import { blockFor, blockMeans } from '../../shared/registration/levels.ts';
import { asLabels } from '../../shared/registration/source/as-labels.ts';
import { copyVolume } from '../../shared/registration/source/copy-volume.ts';
import { loadLevel } from '../../shared/registration/source/load-level.ts';
import { openSource, openSourceIn } from '../../shared/registration/source/open-source.ts';
import { scaleFor } from '../../shared/registration/source/source-volume.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'source-'));
});
afterAll(() => rm(folder, { recursive: true }));

const SHAPE: Vec3 = [7, 5, 6];
const COUNT = 7 * 5 * 6;
const ramp = (): Uint16Array => Uint16Array.from({ length: COUNT }, (_, i) => i + 1);

async function put(name: string, bytes: Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, bytes);
  return path;
}
const nrrd = (name: string, meta: NrrdMeta, data: ElementArray = ramp(), shape: readonly number[] = SHAPE) =>
  put(name, encodeNrrd({ shape, data, meta }));
const whole = { start: [0, 0, 0], end: SHAPE } as const;

describe('a volume from an array file', () => {
  it.each<[string, NrrdMeta, Vec3]>([
    ['a unit of its own', { spacings: [25, 25, 50], keyValues: { unit: 'um' } }, [25, 25, 50]],
    ['units of its axes', { spacings: [0.1, 0.1, 0.2], units: ['mm', 'mm', 'mm'] }, [100, 100, 200]],
    ['no unit, but lengths as in um', { spacings: [10, 10, 25] }, [10, 10, 25]],
    ['no unit, but lengths as in mm', { spacings: [0.05, 0.05, 0.1] }, [50, 50, 100]],
    [
      'directions in a space',
      {
        space: 'left-posterior-superior',
        spaceDirections: [
          [0, 0, -25],
          [25, 0, 0],
          [0, 25, 0],
        ],
      },
      [25, 25, 25],
    ],
  ])('has the voxel size that its header gives with %s', async (_, meta, expected) => {
    const { scales } = await openSource(await nrrd('sizes.nrrd', meta));
    scales[0]!.voxelSizeUm.forEach((um, axis) => {
      expect(um).toBeCloseTo(expected[axis]!, 9);
    });
  });

  it('knows the orientation that its header states', async () => {
    const keyed = await nrrd('keyed.nrrd', { spacings: [5, 5, 5], keyValues: { orientation: 'pir' } });
    expect((await openSource(keyed)).statedOrientation?.join('')).toBe('PIR');
    const directions = [
      [0, 25, 0],
      [0, 0, -25],
      [-25, 0, 0],
    ];
    const directed = await nrrd('directed.nrrd', {
      space: 'left-posterior-superior',
      spaceDirections: directions,
    });
    expect((await openSource(directed)).statedOrientation?.join('')).toBe('PIR');
    const nifti = await put('rps.nii', encodeNifti({ shape: SHAPE, data: ramp(), frame: flipped() }, false));
    expect((await openSource(nifti)).statedOrientation?.join('')).toBe('RPS');
  });

  const flipped = () => {
    const frame = niftiFrameOf([10, 10, 20]);
    return { ...frame, sform: [10, 0, 0, 0, 0, -10, 0, 0, 0, 0, 20, 0] };
  };

  it('is read by boxes, a zipped NIfTI too', async () => {
    const frame = niftiFrameOf([10, 10, 20]);
    const path = await put('box.nii.gz', encodeNifti({ shape: SHAPE, data: ramp(), frame }, true));
    const source = await openSource(path);
    expect(source.scales[0]).toMatchObject({ sizeVoxels: SHAPE, voxelSizeUm: [10, 10, 20] });
    const box = { start: [2, 1, 3], end: [4, 3, 4] } as const;
    const at = (x: number, y: number, z: number): number => 1 + x + 7 * (y + 5 * z);
    expect([...(await source.read(0, box))]).toEqual([at(2, 1, 3), at(3, 1, 3), at(2, 2, 3), at(3, 2, 3)]);
  });

  it.each<[string, readonly number[], string, readonly (number | bigint)[]]>([
    ['below 2^24', [0, 7, 3.5], 'float32', [0, 7, 3.5]],
    ['above 2^24', [0, 7, 614_454_277], 'uint32', [0, 7, 614_454_277]],
    ['above 2^32', [0, 7, 2 ** 53], 'uint64', [0n, 7n, 2n ** 53n]],
  ])(
    'keeps whole numbers %s exact where they are stored as float64',
    async (_, values, dataType, expected) => {
      const data = new Float64Array(8);
      data.set(values);
      const path = await nrrd('doubles.nrrd', { spacings: [5, 5, 5] }, data, [2, 2, 2]);
      const source = await openSource(path);
      expect(source.dataType).toBe(dataType);
      expect([...(await source.read(0, { start: [0, 0, 0], end: [2, 2, 2] }))].slice(0, 3)).toEqual(expected);
    },
  );

  it('keeps 64-bit labels exact', async () => {
    const labels = new BigUint64Array(COUNT).fill(2n ** 53n + 1n);
    const source = await openSource(await nrrd('large.nrrd', { spacings: [5, 5, 5] }, labels));
    const store = memoryStore();
    await copyVolume(asLabels(source), store, 'labels', true);
    const copied = await (await openSourceIn(store, 'labels')).read(0, whole);
    expect(copied[COUNT - 1]).toBe(2n ** 53n + 1n);
  });

  it.each<[string, NrrdMeta, readonly number[], RegExp]>([
    ['an image of two axes', { spacings: [5, 5] }, [42, 5], /42 x 5 voxels.*three axes/],
    ['a single plane', { spacings: [5, 5, 5] }, [42, 5, 1], /three axes/],
    ['no voxel size', {}, SHAPE, /does not say how large its voxels are.*--voxel-size/],
  ])('is refused with %s', async (_, meta, shape, expected) => {
    await expect(openSource(await nrrd('bad.nrrd', meta, ramp(), shape))).rejects.toThrow(expected);
  });

  it('takes a voxel size that is given in place of one it lacks', async () => {
    const path = await nrrd('sizeless.nrrd', {});
    expect((await openSource(path, { voxelSizeUm: [1, 2, 3] })).scales[0]!.voxelSizeUm).toEqual([1, 2, 3]);
  });
});

describe('a level', () => {
  const levelOf = async (data: ElementArray, missing: number | 'none', resolutionUm = 200) =>
    loadLevel(await openSource(await nrrd('level.nrrd', { spacings: [100, 100, 100] }, data)), {
      resolutionUm,
      missing,
    });

  it('is the weighted means that registration makes of the whole image, read in parts', async () => {
    const seed = 5;
    const random = seededRandom(seed);
    const data = Float32Array.from({ length: COUNT }, () => (random() < 0.3 ? 0 : random()));
    const expected = blockMeans(
      {
        grid: centredGrid(SHAPE, [100, 100, 100]),
        values: data,
        weights: data.map((value) => (value === 0 ? 0 : 1)),
      },
      blockFor(centredGrid(SHAPE, [100, 100, 100]), 200),
    );
    const source = await openSource(await nrrd('parts.nrrd', { spacings: [100, 100, 100] }, data));
    const store = memoryStore();
    await copyVolume(source, store, 'parts', false);
    for (const from of [source, await openSourceIn(store, 'parts')]) {
      const level = await loadLevel(from, { resolutionUm: 200, missing: 0 });
      expect(level.grid).toEqual(expected.grid);
      expect([...level.weights]).toEqual([...expected.weights]);
      level.values.forEach((value, i) => {
        expect(value, `seed ${seed}`).toBeCloseTo(expected.values[i]!, 5);
      });
    }
  });

  it('counts every voxel where none is missing', async () => {
    const { weights } = await levelOf(
      new Float32Array(COUNT).map((_, i) => i % 2),
      'none',
      100,
    );
    expect(weights.every((weight) => weight === 1)).toBe(true);
  });

  it.each<[string, () => Float32Array, number | 'none', RegExp]>([
    [
      'holds NaN',
      () => new Float32Array(COUNT).map((_, i) => (i === 9 ? Number.NaN : i)),
      0,
      /NaN at voxel 2, 1, 0/,
    ],
    ['is 0 everywhere', () => new Float32Array(COUNT), 0, /0 everywhere.*nothing was recorded/],
    ['is constant', () => new Float32Array(COUNT).fill(4), 0, /is 4 wherever.*constant/],
    ['is constant zeros that count', () => new Float32Array(COUNT), 'none', /constant/],
  ])('is refused where the image %s', async (_, data, missing, expected) => {
    await expect(levelOf(data(), missing)).rejects.toThrow(expected);
  });
});

describe('the scale that is read', () => {
  const scales = [10, 20, 40].map((um) => ({
    sizeVoxels: [8, 8, 8] as Vec3,
    voxelSizeUm: [um, um, 20] as Vec3,
    chunkSize: [8, 8, 8] as Vec3,
  }));

  it('is the coarsest whose voxels are short enough, the finest where none is', () => {
    expect(scaleFor({ scales }, 40)).toBe(2);
    expect(scaleFor({ scales }, 39)).toBe(1);
    expect(scaleFor({ scales }, 5)).toBe(0);
  });
});
