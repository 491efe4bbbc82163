import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { scan } from '../../../services/ingest/scan.ts';
import { type JobParameters, jobParameters } from '../../../services/parameters.ts';
import { align } from '../../../services/stitching/align.ts';
import { mergeLayers } from '../../../services/stitching/alignment/layers.ts';
import { alignmentPlan } from '../../../services/stitching/overlaps/alignment-plan.ts';
import { noiseFile } from '../../../services/stitching/overlaps/noise-samples.ts';
import {
  type PairLayerFile,
  pairLayerFile,
  readPairLayers,
} from '../../../services/stitching/overlaps/pair-layer-file.ts';
import { type Acquisition, acquisitionFile, planeKey } from '../../../shared/acquisition/acquisition.ts';
import { DamagedPlaneError } from '../../../shared/acquisition/acquisition-errors.ts';
import { memoryStore } from '../../../shared/adapters/memory/store.ts';
import { openStore } from '../../../shared/adapters/open-store.ts';
import { readFile } from '../../../shared/engine/files.ts';
import type { ObjectStore } from '../../../shared/engine/ports.ts';
import { countReads } from '../../../shared/hosts/counting-store.ts';
import { sharedPath } from '../../shared-data.ts';
import { runStep } from '../run-step.ts';
import type { Shape } from './overlaps/shape.ts';
import { type Textured, texturedAcquisition } from './overlaps/textured-acquisition.ts';

const square: Shape = { rows: 2, columns: 2, tileSize: [96, 88, 14], overlap: 0.25 };
const jitter = [3, 3, 1.2] as const;

interface Raw {
  readonly acquisition: Acquisition;
  readonly source: ObjectStore;
}

async function aligned({ acquisition, source }: Raw, parameters: Partial<JobParameters> = {}) {
  const store = memoryStore();
  const tasks = await runStep(align, { store, source, files: [], inputs: { acquisition }, parameters });
  const plan = alignmentPlan({ acquisition, parameters: jobParameters.parse(parameters) });
  const files = new Map<string, PairLayerFile>();
  for (const pair of plan.pairs)
    for (const [layer] of plan.layers.entries())
      files.set(`${pair.a}-${pair.b}/${layer}`, await readFile(store, pairLayerFile(pair, layer)));
  return { store, tasks, plan, files };
}

/** Found minus true offset of the best candidate, the largest over the axes. */
function errorOf({ a, b, nominal, candidates }: PairLayerFile, { stageErrors }: Textured): number {
  const [best] = candidates;
  if (best === undefined) return Number.POSITIVE_INFINITY;
  const [from, to] = [stageErrors.get(a)!, stageErrors.get(b)!];
  return Math.max(...[0, 1, 2].map((i) => Math.abs(best.offset[i]! - (nominal[i]! + to[i]! - from[i]!))));
}

describe('aligning neighbours', () => {
  it('finds their offsets between voxels', async () => {
    const raw = await texturedAcquisition(square, { jitter });
    const { files, tasks, store } = await aligned(raw);
    expect(tasks).toBe(1 + 4);
    expect([...files.keys()]).toEqual(['0-1/0', '0-2/0', '1-3/0', '2-3/0']);
    for (const [pair, file] of files) {
      expect(errorOf(file, raw), pair).toBeLessThan(0.1);
      expect(file.candidates[0]?.reliability, pair).toBeGreaterThan(0.8);
      expect(file.signal).toBeGreaterThan(2);
      expect([file.widened, file.atSearchBorder, file.damaged]).toEqual([false, false, []]);
    }
    expect(await readFile(store, noiseFile)).toMatchObject({ channel: 0, samples: 4 });
  });

  it('reads the borders of tiles and nothing else where planes are plain', async () => {
    const { acquisition, source } = await texturedAcquisition(square, { jitter });
    let bytes = 0;
    const counted = countReads(source, (read) => {
      bytes += read;
    });
    const { plan } = await aligned({ acquisition, source: counted });
    const planeBytes = 2 * 96 * 88;
    const noise = 4 * planeBytes;
    expect(bytes).toBe(noise + plan.readsPerPlane * 4 * 14 * planeBytes);
  });

  it('gives the same where planes are decoded as a whole, all pairs in one task', async () => {
    const plain = await aligned(await texturedAcquisition(square, { jitter }));
    const whole = await aligned(await texturedAcquisition({ ...square, compressed: true }, { jitter }));
    expect(whole.tasks).toBe(1 + 1);
    expect(whole.files.size).toBe(4);
    for (const [name, { z0, z1, ...file }] of whole.files) {
      expect({ z0, z1 }).toEqual({ z0: 1, z1: 13 });
      const [best] = file.candidates;
      const [expected] = plain.files.get(name)!.candidates;
      for (const i of [0, 1, 2]) expect(best?.offset[i]).toBeCloseTo(expected!.offset[i]!, 1);
    }
  });

  it('decodes each plane of a group once', async () => {
    const shape: Shape = { ...square, rows: 3, columns: 3, tileSize: [48, 48, 12], compressed: true };
    const { acquisition, source } = await texturedAcquisition(shape, { jitter });
    const reads = new Map<string, number>();
    const counted: ObjectStore = {
      ...source,
      get(key) {
        reads.set(key, (reads.get(key) ?? 0) + 1);
        return source.get(key);
      },
    };
    const { plan } = await aligned({ acquisition, source: counted });
    expect(plan.groups).toHaveLength(1);
    const samples = 9;
    expect([...reads.values()].reduce((sum, count) => sum + count, 0)).toBe(9 * 12 + samples);
  });

  it('takes the other channel where that is asked for', async () => {
    const raw = await texturedAcquisition({ ...square, columns: 2, rows: 1, channels: [0, 2] }, { jitter });
    const { files, store } = await aligned(raw, { alignmentChannel: 2 });
    expect(files.get('0-1/0')?.channel).toBe(2);
    expect((await readFile(store, noiseFile)).channel).toBe(2);
  });

  it('looks further once where the offset lies beyond the search, and says so', async () => {
    const row: Shape = { ...square, rows: 1 };
    const raw = await texturedAcquisition(row, {
      jitter,
      errors: { 0: [0, 0, 0], 1: [2.3, -9.4, 0.4] },
      grains: true,
    });
    const { files } = await aligned(raw, { search: [6, 6, 3] });
    const file = files.get('0-1/0')!;
    expect(errorOf(file, raw)).toBeLessThan(0.1);
    expect(file).toMatchObject({ widened: true, atSearchBorder: false });
    expect(file.search[1]).toBe(12);
  });

  it('finds an offset towards more overlap than was read', async () => {
    const row: Shape = { ...square, rows: 1 };
    const raw = await texturedAcquisition(row, {
      jitter,
      errors: { 0: [0, 0, 0], 1: [-8.6, 1.7, 0.4] },
      grains: true,
    });
    const { files } = await aligned(raw, { search: [5, 5, 3] });
    expect(errorOf(files.get('0-1/0')!, raw)).toBeLessThan(0.1);
  });

  it('trusts nothing that it finds where the offset lies out of sight', async () => {
    const row: Shape = { ...square, rows: 1, tileSize: [112, 112, 16], overlap: 0.4 };
    const errors = { 0: [0, 0, 0], 1: [0.4, 36.3, 0.2] } as const;
    const raw = await texturedAcquisition(row, { jitter, errors, grains: true });
    const file = (await aligned(raw, { search: [8, 8, 3] })).files.get('0-1/0')!;
    expect(file.widened).toBe(true);
    expect(file.signal).toBeGreaterThan(2);
    for (const { reliability } of file.candidates) expect(reliability).toBeLessThan(0.15);
  });

  it('compares tiles that overlap by more than half', async () => {
    const raw = await texturedAcquisition({ ...square, rows: 1, overlap: 0.7 }, { jitter });
    const { files } = await aligned(raw);
    expect(errorOf(files.get('0-1/0')!, raw)).toBeLessThan(0.1);
  });

  it('merges to one estimate of several layers', async () => {
    const raw = await texturedAcquisition({ ...square, rows: 1, tileSize: [64, 64, 70] }, { jitter });
    const { plan, store, files } = await aligned(raw);
    expect(plan.layers).toEqual([
      { z0: 0, z1: 35 },
      { z0: 35, z1: 70 },
    ]);
    const merged = mergeLayers(await readPairLayers(store, plan.pairs[0]!, 2));
    expect(merged.layers).toHaveLength(2);
    expect(errorOf({ ...files.get('0-1/0')!, candidates: [...merged.candidates] }, raw)).toBeLessThan(0.1);
  });

  it('does without the layers of tasks that were left out', async () => {
    const { plan, store } = await aligned(await texturedAcquisition({ ...square, rows: 1 }, { jitter }));
    await store.delete([pairLayerFile(plan.pairs[0]!, 0).key]);
    expect(await readPairLayers(store, plan.pairs[0]!, 1)).toEqual([]);
  });
});

describe('planes that are not there', () => {
  const row: Shape = { ...square, rows: 1 };

  it('are left out', async () => {
    const raw = await texturedAcquisition({ ...row, missing: [2, 3, 9] }, { jitter });
    for (const tile of raw.acquisition.tiles)
      await raw.source.delete([2, 3, 9].map((plane) => planeKey(tile.stacks[0]!, plane)));
    const file = (await aligned(raw)).files.get('0-1/0')!;
    expect(errorOf(file, raw)).toBeLessThan(0.1);
    expect(file.damaged).toEqual([]);
  });

  it.each([false, true])(
    'are left out and named where they were damaged (decoded as a whole: %s)',
    async (compressed) => {
      const raw = await texturedAcquisition({ ...row, compressed }, { jitter });
      const key = planeKey(raw.acquisition.tiles[1]!.stacks[0]!, 5);
      await raw.source.put(key, (await raw.source.get(key))!.bytes.subarray(0, 900));
      const file = (await aligned(raw)).files.get('0-1/0')!;
      expect(errorOf(file, raw)).toBeLessThan(0.1);
      expect(file.damaged).toHaveLength(1);
      expect(file.damaged[0]).toMatchObject({ loc: 1, plane: 5 });
      await expect(aligned(raw, { strict: true })).rejects.toThrow(DamagedPlaneError);
    },
  );

  it('leave a pair without candidates where a layer has none', async () => {
    const raw = await texturedAcquisition(row, { jitter });
    for (let plane = 0; plane < 14; plane++)
      await raw.source.delete([planeKey(raw.acquisition.tiles[0]!.stacks[0]!, plane)]);
    const file = (await aligned(raw)).files.get('0-1/0')!;
    expect(file.candidates).toEqual([]);
    expect(file.signal).toBe(0);
    expect(file.damaged).toHaveLength(14);
  });
});

describe('overlaps that show nothing', () => {
  const row: Shape = { ...square, rows: 1 };

  it.each([
    ['constant', () => 300],
    ['saturated', () => 65_535],
  ])('have no candidate where a tile is %s', async (_, counts) => {
    const raw = await texturedAcquisition(row, {
      jitter,
      counts: (loc, value) => (loc === 0 ? counts() : value),
    });
    const file = (await aligned(raw)).files.get('0-1/0')!;
    expect(file.candidates).toEqual([]);
    expect(file.signal).toBeLessThan(1e-6);
  });

  it('have no reliability where there is noise alone', async () => {
    let state = 1;
    const noise = () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return 100 + 20 * (state / 2 ** 32);
    };
    const file = (await aligned(await texturedAcquisition(row, { jitter, counts: noise }))).files.get(
      '0-1/0',
    )!;
    expect(file.signal).toBeLessThan(1.25);
    expect(file.widened).toBe(false);
    expect(file.candidates.every(({ reliability }) => reliability === 0)).toBe(true);
  });
});

describe('acquisitions with little to align', () => {
  it('are moved in x and y only where they have one plane', async () => {
    const raw = await texturedAcquisition(
      { ...square, rows: 1, tileSize: [96, 88, 1] },
      { jitter: [3, 3, 0] },
    );
    const file = (await aligned(raw)).files.get('0-1/0')!;
    expect(errorOf(file, raw)).toBeLessThan(0.15);
    expect(file.candidates[0]?.offset[2]).toBe(0);
  });

  it('have no pairs where there is a single tile', async () => {
    const raw = await texturedAcquisition({ ...square, rows: 1, columns: 1 }, { jitter });
    const { tasks, store } = await aligned(raw);
    expect(tasks).toBe(1);
    expect((await readFile(store, noiseFile)).samples).toBe(4);
  });

  it('are not looked at where the job is told where their tiles lie', async () => {
    const raw = await texturedAcquisition({ ...square, rows: 1 }, { jitter });
    expect((await aligned(raw, { placement: 'nominal' })).tasks).toBe(0);
  });
});

const real = sharedPath('data', 'colm_cellfinder_3x4');

describe.skipIf(real === undefined)(
  '3 x 4 tiles of a real brain (../shared/data/colm_cellfinder_3x4)',
  () => {
    it('are measured to a tenth of a voxel', async () => {
      const truth = JSON.parse(readFileSync(`${real}/truth.json`, 'utf8')) as {
        pairs: { a: number; b: number; true_offset: number[] }[];
      };
      const source = await openStore(`file://${real}`);
      const store = memoryStore();
      await runStep(scan, { store, source, files: [], inputs: {} });
      const acquisition = await readFile(store, acquisitionFile);
      const { files } = await aligned({ acquisition, source });
      const errors = [...files.values()].map(({ a, b, candidates: [best] }) => {
        const pair = truth.pairs.find((other) => other.a === a && other.b === b)!;
        expect(best?.reliability, `${a}-${b}`).toBeGreaterThan(0.5);
        return Math.max(...best!.offset.map((along, i) => Math.abs(along - pair.true_offset[i]!)));
      });
      expect(errors).toHaveLength(13);
      expect(Math.max(...errors)).toBeLessThan(0.2);
      expect(errors.reduce((sum, error) => sum + error, 0) / 13).toBeLessThan(0.06);
    });
  },
);
