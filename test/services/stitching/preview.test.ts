import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { channelFolder } from '../../../services/output-volume.ts';
import { type JobParameters, jobParameters } from '../../../services/parameters.ts';
import { fuse } from '../../../services/stitching/fuse.ts';
import { previewFrame } from '../../../services/stitching/preview/preview-frame.ts';
import { preview } from '../../../services/stitching/preview.ts';
import { contactSheet } from '../../../services/stitching/report/sheet/contact-sheet.ts';
import { readSections } from '../../../services/stitching/report/sheet/sections.ts';
import { survey } from '../../../services/tile-correction/survey.ts';
import type { Acquisition } from '../../../shared/acquisition/acquisition.ts';
import { scanColm } from '../../../shared/acquisition/colm/scan-colm.ts';
import { type Correction, writeCorrection } from '../../../shared/acquisition/correction.ts';
import { makePlacement, nominalPosition, type Placement } from '../../../shared/acquisition/placement.ts';
import { previewFile, previewFolder } from '../../../shared/acquisition/preview.ts';
import { readReducedTile } from '../../../shared/acquisition/reduced-tile.ts';
import { readTileSurvey } from '../../../shared/acquisition/survey.ts';
import { memoryStore } from '../../../shared/adapters/memory/store.ts';
import { openStore } from '../../../shared/adapters/open-store.ts';
import { readFile } from '../../../shared/engine/files.ts';
import type { ObjectStore } from '../../../shared/engine/ports.ts';
import type { Vec3 } from '../../../shared/geometry/box.ts';
import { openVolume } from '../../../shared/volume/open-volume.ts';
import { verifyVolume } from '../../../shared/volume/verify-volume.ts';
import { sharedPath } from '../../shared-data.ts';
import { runStep } from '../run-step.ts';
import { cutAcquisition, noiseVolume, type Source, type SyntheticTile } from './synthetic-acquisition.ts';

interface Raw {
  readonly acquisition: Acquisition;
  readonly placement: Placement;
  readonly source: ObjectStore;
}

const uncorrected: Correction = { background: 0, flatField: undefined };

async function makePreview(
  { acquisition, placement, source }: Raw,
  parameters: Partial<JobParameters> = {},
  correction = uncorrected,
) {
  const store = memoryStore();
  for (const channel of acquisition.channels) await writeCorrection(store, channel, correction);
  const options = { store, source, parameters, files: [], inputs: { acquisition, placement } };
  await runStep(survey, options);
  const tasks = await runStep(preview, options);
  return { store, tasks, found: await readPreview(store, acquisition.channels[0]!) };
}

const alone: SyntheticTile = { row: 0, column: 0, at: [0, 0, 0] };

function volumeOf(size: Vec3, valueAt: (x: number, y: number, z: number) => number): Source {
  const voxels = Uint16Array.from({ length: size[0] * size[1] * size[2] }, (_, i) =>
    valueAt(i % size[0], Math.floor(i / size[0]) % size[1], Math.floor(i / (size[0] * size[1]))),
  );
  return { size, voxels };
}

async function readPreview(store: ObjectStore, channel: number) {
  const volume = await openVolume(store, previewFolder(channel));
  const { data } = await volume.read(0, { start: [0, 0, 0], end: volume.mips[0]!.sizeVoxels });
  return { ...(await readFile(store, previewFile(channel))), voxels: data as Uint16Array };
}

/** Centre of the preview's voxel in voxels of the full volume; the last one is cut to the volume. */
const centreOf = (index: number, factor: number, length: number): number =>
  (index * factor + Math.min((index + 1) * factor, length) - 1) / 2;

describe('stitching.preview', () => {
  it.each([
    [[37, 51, 5], {}],
    [[133, 71, 9], {}],
    [[130, 66, 1], {}],
    [[1, 7, 2], {}],
    [[66, 65, 6], { flatFieldStride: 1 }],
    // Several layers of slices.
    [[4, 3, 150], { flatFieldStride: 1 }],
  ] as const)('of one tile of %j is the reduced tile, rounded', async (size, parameters) => {
    const synthetic = await cutAcquisition(noiseVolume(size, 1), [...size], [alone]);
    const { store, found } = await makePreview(synthetic, parameters);
    const tile = (await readTileSurvey(store, 0, 0))!;
    const reduced = await readReducedTile(store, tile);
    expect(found.size).toEqual(tile.reduced.size);
    expect(found.voxels).toEqual(Uint16Array.from(reduced, (value) => Math.max(1, halfToEven(value))));
    expect(found.covered).toBe(1);
    expect((await verifyVolume(store, previewFolder(0))).problems).toEqual([]);
  });

  it('gives back a linear specimen, wherever tiles begin and whichever planes were surveyed', async () => {
    const size: Vec3 = [231, 171, 37];
    const value = (x: number, y: number, z: number) => 1000 + 20 * x + 12 * y + 100 * z;
    const tiles = [
      { row: 0, column: 0, at: [0, 3, 2] },
      { row: 0, column: 1, at: [98, 0, 0] },
      { row: 1, column: 0, at: [3, 68, 1] },
      { row: 1, column: 1, at: [101, 71, 2] },
    ] as const;
    const synthetic = await cutAcquisition(volumeOf(size, value), [130, 100, 35], tiles);
    const { found } = await makePreview(synthetic, { flatFieldStride: 3 });
    const { factor, voxels } = found;
    expect(factor).toEqual([3, 3, 3]);
    const [nx, ny, nz] = found.size;
    let checked = 0;
    // Beyond a tile's outermost centres values are constant: leave out the ends.
    for (let k = 1; k < nz - 2; k++)
      for (let j = 2; j < ny - 2; j++)
        for (let i = 2; i < nx - 2; i++) {
          const at = [i, j, k].map((index, axis) => centreOf(index, factor[axis]!, size[axis]!));
          const found = voxels[i + nx * (j + ny * k)]!;
          const expected = value(at[0]!, at[1]!, at[2]!);
          // Where a tile's end has half the weight of a reduced pixel, its constant end shows a little.
          expect(Math.abs(found - expected), `voxel ${i}, ${j}, ${k}`).toBeLessThan(4);
          checked += 1;
        }
    expect(checked).toBeGreaterThan(30_000);
  });

  it('blends tiles that agree to the very value they agree on', async () => {
    const synthetic = await cutAcquisition(
      volumeOf([150, 90, 6], () => 12_345),
      [90, 90, 6],
      [alone, { row: 0, column: 1, at: [60, 0, 0] }],
    );
    const { found } = await makePreview(synthetic);
    expect(new Set(found.voxels)).toEqual(new Set([12_345]));
  });

  it('weighs overlapping tiles linearly over their overlap', async () => {
    const left = await cutAcquisition(
      volumeOf([40, 4, 1], () => 100),
      [40, 4, 1],
      [alone],
    );
    const right = await cutAcquisition(
      volumeOf([40, 4, 1], () => 200),
      [40, 4, 1],
      [{ ...alone, column: 1 }],
    );
    for await (const { key } of right.source.list(''))
      await left.source.put(key, (await right.source.get(key))!.bytes);
    const acquisition = {
      ...left.acquisition,
      tiles: [...left.acquisition.tiles, ...right.acquisition.tiles],
    };
    const second = { ...right.placement.tiles[0]!, position: [30, 0, 0] as [number, number, number] };
    const placement = makePlacement(acquisition, [left.placement.tiles[0]!, second]);
    const { found } = await makePreview({ acquisition, placement, source: left.source });
    const row = [...found.voxels.subarray(70, 140)];
    expect(row.slice(0, 30)).toEqual(new Array(30).fill(100));
    expect(row.slice(40)).toEqual(new Array(30).fill(200));
    for (let d = 0; d < 10; d++) expect(row[30 + d]).toBe(Math.round(100 + (100 * (d + 1)) / 11));
  });

  it('knows where no tile is: a location not scanned, planes that are missing', async () => {
    const volume = noiseVolume([60, 60, 8], 2);
    const synthetic = await cutAcquisition(
      volume,
      [30, 30, 8],
      [alone, { row: 0, column: 1, at: [30, 0, 0], missing: [2, 3] }, { row: 1, column: 0, at: [0, 30, 0] }],
    );
    const { found } = await makePreview(synthetic);
    const at = (x: number, y: number, z: number) => x + 60 * (y + 60 * z);
    expect(found.factor).toEqual([1, 1, 1]);
    expect(found.voxels[at(45, 45, 0)]).toBe(0);
    expect(found.voxels[at(45, 10, 2)]).toBe(0);
    expect(found.voxels[at(45, 10, 4)]).toBe(volume.voxels[at(45, 10, 4)]);
    expect(found.voxels[at(10, 45, 2)]).toBe(volume.voxels[at(10, 45, 2)]);
    expect(found.covered).toBeCloseTo(3 / 4 - 1 / 16, 10);
  });

  it('applies background and flat field, which is averaged as the tile is', async () => {
    const size: Vec3 = [100, 2, 1];
    const factor = Float32Array.from(
      { length: 200 },
      (_, i) => (i % 2 === 0 ? 0.5 : 1.5) * (i % 100 < 50 ? 1 : 2),
    );
    const synthetic = await cutAcquisition(
      volumeOf(size, (x) => (x < 4 ? 50 : 300)),
      size,
      [alone],
    );
    const correction = { background: 100, flatField: { width: 100, height: 2, factor } };
    const { found } = await makePreview(synthetic, {}, correction);
    expect(found.size).toEqual([50, 1, 1]);
    // Below the background, yet covered: 1, for 0 says that no tile is there.
    expect([...found.voxels.subarray(0, 3)]).toEqual([1, 1, 200]);
    expect(found.voxels[40]).toBe(400);
  });

  it('is a task per channel, with tiles that lack it left out', async () => {
    const synthetic = await cutAcquisition(
      noiseVolume([40, 20, 3], 3),
      [20, 20, 3],
      [alone, { row: 0, column: 1, at: [20, 0, 0] }],
      [0, 2],
    );
    synthetic.acquisition.tiles[1]!.stacks.pop();
    const { store, tasks } = await makePreview(synthetic);
    expect(tasks).toBe(2);
    expect(await readPreview(store, 2)).toMatchObject({ channel: 2, covered: 0.5 });
  });

  it('of tiles without a single plane is empty, and is drawn all the same', async () => {
    const missing = [0, 1];
    const synthetic = await cutAcquisition(noiseVolume([8, 8, 2], 4), [8, 8, 2], [{ ...alone, missing }]);
    const { store, found } = await makePreview(synthetic);
    expect(found.covered).toBe(0);
    const { acquisition, placement } = synthetic;
    const frame = previewFrame({ acquisition, placement, parameters: jobParameters.parse({}) });
    const sheet = { channel: 0, placement, frame, sections: await readSections(store, 0) };
    expect((await contactSheet(sheet)).length).toBeGreaterThan(0);
  });

  it('is shown in sections through its middle, z to the right in the last', async () => {
    const size: Vec3 = [5, 7, 3];
    const synthetic = await cutAcquisition(noiseVolume(size, 6), [...size], [alone]);
    const { store, found } = await makePreview(synthetic);
    const { at, xy, xz, zy } = await readSections(store, 0);
    const value = (x: number, y: number, z: number) => found.voxels[x + 5 * (y + 7 * z)]!;
    const section = (width: number, height: number, of: (i: number, j: number) => number) => ({
      width,
      height,
      values: Float32Array.from({ length: width * height }, (_, n) => of(n % width, Math.floor(n / width))),
    });
    expect(at).toEqual([2, 3, 1]);
    expect(xy).toEqual(section(5, 7, (x, y) => value(x, y, 1)));
    expect(xz).toEqual(section(5, 3, (x, z) => value(x, 3, z)));
    expect(zy).toEqual(section(3, 7, (z, y) => value(2, y, z)));
  });

  it('writes the same bytes each time', async () => {
    const synthetic = await cutAcquisition(
      noiseVolume([90, 70, 9], 5),
      [50, 70, 9],
      [alone, { row: 0, column: 1, at: [40, 0, 0] }],
    );
    const bytesOf = async ({ store }: { store: ObjectStore }) => {
      const all: [string, string][] = [];
      for await (const { key } of store.list(''))
        all.push([key, Buffer.from((await store.get(key))!.bytes).toString('base64')]);
      return all;
    };
    expect(await bytesOf(await makePreview(synthetic))).toEqual(await bytesOf(await makePreview(synthetic)));
  });

  const folder = sharedPath('data', 'colm_cellfinder_3x4');
  it.skipIf(folder === undefined)('of real tissue agrees with the fused volume, block by block', async () => {
    const raw = await realTissue(folder!);
    const { store, found } = await makePreview(raw, { flatFieldStride: 1 });
    const { acquisition, placement, source } = raw;
    await runStep(fuse, {
      store,
      source,
      parameters: { channels: [0] },
      files: [],
      inputs: { acquisition, placement },
    });
    const fused = await openVolume(store, channelFolder(0));
    const { data } = await fused.read(0, { start: [0, 0, 0], end: placement.size });
    expect(correlation(found.voxels, blockMeans(data as Uint16Array, placement.size, found))).toBeGreaterThan(
      0.995,
    );
  });
});

/** The supplied acquisition with its tiles where they truly lie. */
async function realTissue(folder: string): Promise<Raw> {
  const source = await openStore(folder);
  const { acquisition } = await scanColm(source, jobParameters.parse({ channels: [0] }));
  const truth: { tiles: { loc: number; true_voxel: [number, number, number] }[] } = JSON.parse(
    readFileSync(`${folder}/truth.json`, 'utf8'),
  );
  const tiles = acquisition.tiles.map(({ loc, row, column, directory }) => ({
    loc,
    row,
    column,
    directory,
    nominal: nominalPosition(acquisition, { row, column }),
    position: truth.tiles.find((tile) => tile.loc === loc)!.true_voxel,
    source: 'pairs' as const,
  }));
  return { acquisition, placement: makePlacement(acquisition, tiles), source };
}

/** Means of the fused voxels in each of the preview's; 0 where one of them is in no tile. */
function blockMeans(
  voxels: Uint16Array,
  [width, height, depth]: Vec3,
  { size, factor }: { readonly size: Vec3; readonly factor: Vec3 },
): Float64Array {
  const sums = new Float64Array(size[0] * size[1] * size[2]);
  const counts = new Float64Array(sums.length);
  for (let z = 0; z < depth; z++)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const block =
          Math.floor(x / factor[0]) +
          size[0] * (Math.floor(y / factor[1]) + size[1] * Math.floor(z / factor[2]));
        const value = voxels[x + width * (y + height * z)]!;
        sums[block]! += value === 0 ? Number.NaN : value;
        counts[block]! += 1;
      }
  return sums.map((sum, block) => (Number.isNaN(sum) ? 0 : sum / counts[block]!));
}

/** Over the voxels where both are covered. */
function correlation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const both = Array.from({ length: a.length }, (_, i) => [a[i]!, b[i]!] as const).filter(
    ([x, y]) => x > 0 && y > 0,
  );
  expect(both.length).toBeGreaterThan(a.length / 2);
  const mean = (axis: 0 | 1) => both.reduce((sum, pair) => sum + pair[axis], 0) / both.length;
  const [meanA, meanB] = [mean(0), mean(1)];
  const sum = (of: (x: number, y: number) => number) =>
    both.reduce((total, [x, y]) => total + of(x - meanA, y - meanB), 0);
  return sum((x, y) => x * y) / Math.sqrt(sum((x) => x * x) * sum((_, y) => y * y));
}

function halfToEven(value: number): number {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
