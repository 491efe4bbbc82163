import { describe, expect, it } from 'vitest';
import type { JobParameters } from '../../../services/parameters.ts';
import { survey } from '../../../services/tile-correction/survey.ts';
import type { Acquisition } from '../../../shared/acquisition/acquisition.ts';
import { addHistogram, HISTOGRAM_BINS } from '../../../shared/acquisition/histogram.ts';
import { readReducedTile, reducedTileKey } from '../../../shared/acquisition/reduced-tile.ts';
import { readTileSurvey } from '../../../shared/acquisition/survey.ts';
import { surveyGrid } from '../../../shared/acquisition/survey-grid.ts';
import { memoryStore } from '../../../shared/adapters/memory/store.ts';
import type { ObjectStore } from '../../../shared/engine/ports.ts';
import { readNpy } from '../../../shared/formats/npy.ts';
import { encodeTiff } from '../../../shared/formats/tiff/write.ts';
import type { Vec3 } from '../../../shared/geometry/box.ts';
import { runStep } from '../run-step.ts';
import {
  cutAcquisition,
  noiseVolume,
  type Source,
  type Synthetic,
} from '../stitching/synthetic-acquisition.ts';

async function runSurvey({ acquisition, source }: Synthetic, parameters: Partial<JobParameters> = {}) {
  const store = memoryStore();
  const tasks = await runStep(survey, { store, source, parameters, files: [], inputs: { acquisition } });
  return { store, tasks };
}

const alone = { row: 0, column: 0, at: [0, 0, 0] } as const;

async function surveyOne(
  volume: Source,
  missing: readonly number[] = [],
  parameters: Partial<JobParameters> = {},
) {
  const synthetic = await cutAcquisition(volume, volume.size, [{ ...alone, missing }]);
  return { ...(await readBack((await runSurvey(synthetic, parameters)).store)), synthetic };
}

async function readBack(store: ObjectStore, channel = 0, loc = 0) {
  const found = (await readTileSurvey(store, channel, loc))!;
  return { found, reduced: await readReducedTile(store, found), store };
}

/** Means by the definition: every voxel that lies in a reduced voxel and in a plane that was read. */
function reducedOracle(
  { size, voxels }: Source,
  factor: readonly number[],
  reducedSize: readonly number[],
  planes: readonly number[],
) {
  const means: number[] = [];
  for (let k = 0; k < reducedSize[2]!; k++)
    for (let j = 0; j < reducedSize[1]!; j++)
      for (let i = 0; i < reducedSize[0]!; i++) {
        let [sum, count] = [0, 0];
        for (const z of planes.filter((plane) => Math.floor(plane / factor[2]!) === k))
          for (let y = j * factor[1]!; y < Math.min((j + 1) * factor[1]!, size[1]); y++)
            for (let x = i * factor[0]!; x < Math.min((i + 1) * factor[0]!, size[0]); x++) {
              sum += voxels[x + size[0] * (y + size[1] * z)]!;
              count += 1;
            }
        means.push(count === 0 ? 0 : Math.fround(sum / count));
      }
  return means;
}

const planeOf = ({ size, voxels }: Source, plane: number): Uint16Array =>
  voxels.subarray(plane * size[0] * size[1], (plane + 1) * size[0] * size[1]);

const meanOf = (values: Uint16Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('tile-correction.survey', () => {
  it.each([
    ['smaller than 64 pixels', [37, 51, 5], 1],
    ['of odd sizes, not a multiple of the reduction', [133, 71, 9], 3],
    ['of one plane', [70, 66, 1], 2],
    ['one pixel wide', [1, 200, 4], 4],
    ['of 64 planes', [66, 65, 64], 2],
  ] as const)('means of tiles %s are exact, but for half a step of their 16 bits', async (_, size, block) => {
    const volume = noiseVolume(size, 7);
    const { found, reduced } = await surveyOne(volume);
    expect(found.reduced.factor.slice(0, 2)).toEqual([block, block]);
    const { factor, size: reducedSize, slices } = found.reduced;
    const expected = reducedOracle(volume, factor, reducedSize, found.planes);
    expect(reduced).toHaveLength(expected.length);
    const sliceVoxels = reducedSize[0] * reducedSize[1];
    reduced.forEach((value, i) => {
      const { step } = slices[Math.floor(i / sliceVoxels)]!;
      expect(step).toBeLessThanOrEqual(1);
      expect(Math.abs(value - expected[i]!), `voxel ${i}`).toBeLessThanOrEqual(step / 2);
    });
    expect(found.planeMeans).toEqual(found.planes.map((plane) => meanOf(planeOf(volume, plane))));
  });

  it('counts every voxel of the planes it read, saturated ones apart', async () => {
    const volume = noiseVolume([40, 30, 6], 3);
    volume.voxels.fill(65_535, 10, 25);
    const { found } = await surveyOne(volume, [], { flatFieldStride: 2 });
    const oracle = new Float64Array(HISTOGRAM_BINS);
    for (const plane of [0, 2, 4]) for (const value of planeOf(volume, plane)) oracle[value]! += 1;
    const counts = new Float64Array(HISTOGRAM_BINS);
    addHistogram(found.histogram, counts);
    expect(counts).toEqual(oracle);
    expect(found).toMatchObject({ voxels: 3 * 40 * 30, saturated: oracle[65_535], planes: [0, 2, 4] });
    expect(found.saturated).toBeGreaterThanOrEqual(15);
  });

  it('leaves missing planes out of the means and gives each slice the number of its planes', async () => {
    const volume = noiseVolume([20, 10, 12], 4);
    const { found, reduced } = await surveyOne(volume, [0, 2, 3, 4, 5], { flatFieldStride: 1 });
    // Voxels of 1 x 1 x 2.5 um: a plane is thicker than a pixel, so a slice is a plane.
    expect(found.reduced.factor).toEqual([1, 1, 1]);
    expect(found.planes).toEqual([1, 6, 7, 8, 9, 10, 11]);
    expect(found.reduced.slices.slice(0, 3)).toMatchObject([
      { planes: 0, centre: null, least: 0, step: 1 },
      { planes: 1, centre: 1 },
      { planes: 0, centre: null, least: 0, step: 1 },
    ]);
    expect(reduced.subarray(0, 200).every((value) => value === 0)).toBe(true);
    expect([...reduced.subarray(200, 400)]).toEqual([...planeOf(volume, 1)]);
  });

  it('notes where the planes of a slice really lie', async () => {
    const { found } = await surveyOne(noiseVolume([640, 2, 20], 5), [4], { flatFieldStride: 2 });
    // 10 um pixels from 2.5 um planes, every second of them: two planes to a slice.
    expect(found.reduced.factor).toEqual([10, 10, 4]);
    expect(found.reduced.slices).toMatchObject([
      { planes: 2, centre: 1 },
      { planes: 1, centre: 6 },
      { planes: 2, centre: 9 },
      { planes: 2, centre: 13 },
      { planes: 2, centre: 17 },
    ]);
  });

  it('writes nothing but zeros of a tile without planes', async () => {
    const { found, reduced } = await surveyOne(noiseVolume([8, 8, 2], 6), [0, 1]);
    expect(found).toMatchObject({ planes: [], planeMeans: [], voxels: 0, saturated: 0, histogram: '' });
    expect(reduced.every((value) => value === 0)).toBe(true);
  });

  it('is a task per tile and channel, and skips a channel that a tile does not have', async () => {
    const volume = noiseVolume([60, 20, 3], 8);
    const tiles = [alone, { row: 0, column: 1, at: [20, 0, 0] }] as const;
    const synthetic = await cutAcquisition(volume, [40, 20, 3], tiles, [0, 2]);
    synthetic.acquisition.tiles[1]!.stacks.pop();
    const { store, tasks } = await runSurvey(synthetic);
    expect(tasks).toBe(3);
    expect(await readTileSurvey(store, 2, 1)).toBeUndefined();
    const { found, reduced } = await readBack(store, 0, 1);
    expect(reduced[0]).toBe(volume.voxels[20]);
    expect(found.loc).toBe(1);
  });

  it('lists damaged planes and goes on, or stops where --strict says so', async () => {
    const synthetic = await cutAcquisition(noiseVolume([16, 16, 4], 9), [16, 16, 4], [alone]);
    const key = 'VW0/LOC0/VW0_LOC0D_CM0_CHN00_PLN0002.tif';
    await synthetic.source.put(key, new Uint8Array([1, 2, 3]));
    const { found } = await readBack((await runSurvey(synthetic)).store);
    expect(found.planes).toEqual([0, 1, 3]);
    expect(found.damaged.map(({ plane }) => plane)).toEqual([2]);
    await expect(runSurvey(synthetic, { strict: true })).rejects.toThrow(key);
  });

  it('reads float32 planes, a NaN counting as 0', async () => {
    const synthetic = await cutAcquisition(noiseVolume([4, 2, 1], 10), [4, 2, 1], [alone]);
    const pixels = Float32Array.from([0.5, 1.5, -3, 70_000, Number.NaN, 2.25, 2.25, 8]);
    await synthetic.source.put('VW0/LOC0/VW0_LOC0D_CM0_CHN00_PLN0000.tif', encodeTiff(4, 2, pixels));
    const acquisition: Acquisition = { ...synthetic.acquisition, dataType: 'float32' };
    const { found, reduced } = await readBack((await runSurvey({ ...synthetic, acquisition })).store);
    // From -3 to 70,000 in steps of 2: a slice with such a span is rounded to them.
    expect(found.reduced.slices).toMatchObject([{ least: -3, step: 2 }]);
    expect([...reduced]).toEqual([1, 1, -3, 70_001, 1, 3, 3, 9]);
    expect(found).toMatchObject({ saturated: 0, histogram: '0:2,1,3 8:1 65535:1' });
  });

  it('writes arrays that other programs read, [z][y][x], and the same bytes each time', async () => {
    const synthetic = await cutAcquisition(noiseVolume([30, 20, 4], 11), [30, 20, 4], [alone]);
    const [first, again] = [await runSurvey(synthetic), await runSurvey(synthetic)];
    const { bytes } = (await first.store.get(reducedTileKey(0, 0)))!;
    expect(readNpy(bytes)).toMatchObject({ type: 'u2', shape: [4, 20, 30] });
    expect((await again.store.get(reducedTileKey(0, 0)))!.bytes).toEqual(bytes);
    const { found } = await readBack(first.store);
    expect(await readReducedTile(first.store, found, 1, 3)).toEqual(
      (await readReducedTile(first.store, found)).subarray(600, 1800),
    );
  });

  it('asks for memory that grows with the plane, not with their number', () => {
    const acquisition = {
      tileSize: [2048, 2048, 300],
      voxelSizeUm: [0.6, 0.6, 5],
      dataType: 'uint16',
      tiles: [],
    };
    const needs = (planes: number) =>
      survey.needs({
        acquisition: { ...acquisition, tileSize: [2048, 2048, planes] } as unknown as Acquisition,
        parameters: { flatFieldStride: 'auto' } as JobParameters,
      });
    expect(needs(300).memoryMiB).toBeLessThan(160);
    expect(needs(3000).memoryMiB).toBeLessThan(needs(300).memoryMiB + 30);
  });
});

describe('the planes of the survey', () => {
  const grid = (tileSize: [number, number, number], voxelSizeUm: [number, number, number] = [1, 1, 1]) =>
    surveyGrid({ tileSize, voxelSizeUm }, 'auto');

  it('are all below 64, a third from 64 and a quarter from 256, evenly spread from the first', () => {
    const spread = (planes: number) => grid([64, 64, planes]).planes;
    expect(spread(63)).toHaveLength(63);
    expect(spread(64)).toHaveLength(22);
    expect(spread(255)).toHaveLength(85);
    expect(spread(256)).toHaveLength(64);
    expect(spread(1200).slice(0, 3)).toEqual([0, 4, 8]);
  });

  it('are reduced to at most 64 pixels and nearly to cubes', () => {
    expect(grid([2048, 2048, 1200], [0.585, 0.585, 5])).toMatchObject({
      factor: [32, 32, 4],
      size: [64, 64, 300],
    });
    expect(grid([512, 512, 64], [0.585, 0.585, 1])).toMatchObject({ factor: [8, 8, 6], size: [64, 64, 11] });
    expect(grid([128, 128, 16], [9.36, 9.36, 5])).toMatchObject({ factor: [3, 3, 6], size: [43, 43, 3] });
    expect(grid([60, 40, 10])).toMatchObject({ factor: [1, 1, 1], size: [60, 40, 10] });
  });

  it('make two slices where there are two planes, and every slice has one', () => {
    for (let planes = 1; planes < 80; planes++) {
      const { factor, size, planes: read } = grid([640, 640, planes] as [number, number, number] & Vec3);
      expect(size[2], `${planes} planes`).toBeGreaterThanOrEqual(Math.min(2, planes));
      expect(new Set(read.map((plane) => Math.floor(plane / factor[2]))).size).toBe(size[2]);
    }
  });
});
