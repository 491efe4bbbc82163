import { beforeAll, describe, expect, it } from 'vitest';
import { estimate } from '../../../services/illumination-correction/estimate.ts';
import type { JobParameters } from '../../../services/parameters.ts';
import type { Acquisition } from '../../../shared/acquisition/acquisition.ts';
import type { Placement } from '../../../shared/acquisition/placement.ts';
import { previewFolder } from '../../../shared/acquisition/preview.ts';
import { memoryStore } from '../../../shared/adapters/memory/store.ts';
import { readFile } from '../../../shared/engine/files.ts';
import type { ObjectStore } from '../../../shared/engine/ports.ts';
import { fieldBlock } from '../../../shared/illumination/block.ts';
import { fieldFromStored } from '../../../shared/illumination/field.ts';
import {
  illuminationDecisionFile,
  illuminationFieldFile,
  illuminationNrrdKey,
  illuminationPictureKey,
  readIllumination,
} from '../../../shared/illumination/files.ts';
import { tissueMask } from '../../../shared/illumination/tissue-mask.ts';
import { reducedVolume } from '../../../shared/illumination/volume.ts';
import { standardDeviation } from '../../../shared/numerics/statistics.ts';
import { type LogIllumination, phantom } from '../../illumination/phantom.ts';
import { runStep } from '../run-step.ts';
import { cutAcquisition, noiseVolume } from '../stitching/synthetic-acquisition.ts';
import { correctVolume, refusal } from './correct-volume.ts';
import { type StoredArray, storeVolume } from './stored-volume.ts';

const slope: LogIllumination = (x, y, z) => 0.6 * x - 0.3 * y + 0.3 * z;

/** A job whose preview is the array, at a tenth of the full resolution. */
async function estimated(
  array: StoredArray,
  parameters: Partial<JobParameters> = {},
  dataType?: 'float32',
  store = memoryStore(),
) {
  const raw = await cutAcquisition(
    noiseVolume([4, 4, 2], 1),
    [4, 4, 2],
    [{ row: 0, column: 0, at: [0, 0, 0] }],
  );
  const placement: Placement = {
    ...raw.placement,
    size: array.size.map((voxels) => 10 * voxels) as [number, number, number],
    voxelSizeUm: array.voxelSizeUm.map((um) => um / 10) as [number, number, number],
  };
  await copyBelow(
    await storeVolume(array, dataType === undefined ? {} : { dataType }),
    store,
    previewFolder(0),
  );
  const acquisition: Acquisition = raw.acquisition;
  await runStep(estimate, {
    store,
    source: raw.source,
    parameters,
    files: [],
    inputs: { acquisition, placement },
  });
  return { store, decision: await readFile(store, illuminationDecisionFile(0)) };
}

async function copyBelow(from: ObjectStore, to: ObjectStore, folder: string): Promise<void> {
  for await (const { key } of from.list('')) {
    const { bytes, encoding } = (await from.get(key))!;
    await to.put(`${folder}/${key}`, bytes, encoding === undefined ? {} : { encoding });
  }
}

const lit = (log: LogIllumination) => phantom([64, 60, 50], log, [100, 100, 100]);

describe('the illumination of a run', () => {
  const array = lit(slope);
  let strong: Awaited<ReturnType<typeof estimated>>;
  beforeAll(async () => {
    strong = await estimated(array);
  });

  it('is found where it is strong, and all of it is written', async () => {
    const { store, decision } = strong;
    expect(decision).toMatchObject({
      requested: 'auto',
      decision: 'apply',
      isProblem: false,
      rounds: [40, 20],
    });
    expect(decision.rule).toMatch(/at least 0\.1\d+$/);
    expect(decision.statement).toMatch(
      /^Channel 0: illumination corrected \(.*standard deviation of 0\.\d{3} in logs.*; \d+ % of the tissue changes by more than 10 %\)$/,
    );
    const field = (await readIllumination(store, 0))!;
    const { volumeSizeUm } = await readFile(store, illuminationFieldFile(0));
    expect(volumeSizeUm).toEqual([6400, 6000, 5000]);
    const factors = fieldBlock(field, { voxelSizeUm: [100, 100, 100], origin: [0, 0, 0], size: array.size });
    const [nx, ny, nz] = array.size;
    const left: number[] = [];
    for (const [i, inside] of tissueMask(array).entries()) {
      const [x, y, z] = [i % nx, Math.floor(i / nx) % ny, Math.floor(i / (nx * ny))];
      const truth = slope((2 * x) / (nx - 1) - 1, (2 * y) / (ny - 1) - 1, (2 * z) / (nz - 1) - 1);
      if (inside === 1) left.push(Math.log(factors[i]!) + truth);
    }
    expect(standardDeviation(left)).toBeLessThan(0.1);
    const picture = (await store.get(illuminationPictureKey(0)))!.bytes;
    expect(Buffer.from(picture).toString('latin1', 1, 4)).toBe('PNG');
    expect(decision.picture).toBe(illuminationPictureKey(0));
  });

  it('is a lattice for other programs, too', async () => {
    const { store } = await estimated(lit(slope), { illumination: 'n4:1' });
    const { bytes } = (await store.get(illuminationNrrdKey(0)))!;
    const { shape, logField } = await readFile(store, illuminationFieldFile(0));
    const header = Buffer.from(bytes).toString('latin1').split('\n\n')[0];
    expect(header).toContain(`sizes: ${shape.join(' ')}`);
    expect(bytes.length).toBeLessThan(1000 + 4 * logField.length);
  });

  it('is left as it is where anatomy alone may make it, and where it was not asked for', async () => {
    const weak = await estimated(lit((x) => 0.05 * x));
    expect(weak.decision).toMatchObject({ decision: 'none', isProblem: false });
    expect(weak.decision.statement).toMatch(/^Channel 0: illumination left as it is .*it would change \d+ %/);
    expect(await readIllumination(weak.store, 0)).toBeUndefined();
    expect(await weak.store.head(illuminationFieldFile(0).key)).toBeDefined();
    const none = await estimated(lit(slope), { illumination: 'none' });
    expect(none.decision.statement).toBe('Channel 0: illumination left as it is (not asked for)');
    expect(await none.store.head(illuminationFieldFile(0).key)).toBeUndefined();
  });

  it('is whatever N4 finds, where that is asked for; more levels find more', async () => {
    const found = async (illumination: JobParameters['illumination']) =>
      (
        await estimated(
          lit(() => 0),
          { illumination },
        )
      ).decision;
    const two = await found('n4');
    expect(two).toMatchObject({ decision: 'apply', rule: 'applied always' });
    expect((await found('n4:3')).figures!.sd).toBeGreaterThan(two.figures!.sd);
    expect((await found('n4:2')).figures).toEqual(two.figures);
    expect((await found('cloudreg')).decision).toBe('apply');
  });

  it('goes without where it cannot be told, and says so; --strict stops', async () => {
    const empty = { ...lit(slope), data: new Float32Array(64 * 60 * 50) };
    const { store, decision } = await estimated(empty);
    expect(decision).toMatchObject({ decision: 'none', isProblem: true, figures: null, picture: null });
    expect(decision.statement).toMatch(/it cannot be estimated: all voxels are 0/);
    expect(await readIllumination(store, 0)).toBeUndefined();
    expect(await refusal(estimated(empty, { strict: true }))).toMatch(
      /^IlluminationError: The illumination of channel 0 cannot be estimated: all voxels are 0.*--illumination none/,
    );
  });

  it('takes what is covered and dark for dark, in floats as in whole numbers', async () => {
    const dark = (least: number) => ({
      ...array,
      data: array.data.map((value) => (value < 50 ? least : value)),
    });
    const [floats, whole] = [await estimated(dark(2 ** -149), {}, 'float32'), await estimated(dark(1))];
    expect(floats.decision.decision).toBe('apply');
    expect(floats.decision.figures!.sd).toBeCloseTo(whole.decision.figures!.sd, 2);
    expect(floats.decision.figures!.tissueShare).toBeCloseTo(whole.decision.figures!.tissueShare, 3);
  });

  it('is not looked for where no tile is', async () => {
    const half = { ...array, data: array.data.map((value, i) => (i % 64 < 20 ? 0 : value)) };
    const { decision } = await estimated(half);
    expect(decision.figures!.tissueShare).toBeLessThan(strong.decision.figures!.tissueShare);
    expect(decision.isProblem).toBe(false);
  });

  it('of an earlier generation goes', async () => {
    const { store } = await estimated(array, { illumination: 'n4:1' });
    const keys = [illuminationFieldFile(0).key, illuminationNrrdKey(0), illuminationPictureKey(0)];
    for (const key of keys) expect(await store.head(key), key).toBeDefined();
    const dark = { ...array, data: new Float32Array(64 * 60 * 50) };
    await estimated(dark, {}, undefined, store);
    for (const key of keys) expect(await store.head(key), key).toBeUndefined();
  });
});

describe('the illumination of a volume', () => {
  it('is estimated from a coarse scale where there is one', async () => {
    const { decision } = await correctVolume(await storeVolume(lit(slope)), { illumination: 'n4' });
    expect(decision.statement).toContain('estimated from scale 100000_100000_100000');
    expect(decision.decision).toBe('apply');
  });

  it('is that of block means of a fine scale where there is no other', async () => {
    const fine = phantom([200, 190, 90], slope, [30, 30, 60]);
    const { decision, field } = await correctVolume(await storeVolume(fine, { mips: 1 }), {
      illumination: 'n4',
    });
    expect(decision.statement).toContain('estimated from scale 30000_30000_60000');
    // The same as of the whole in memory.
    const low = reducedVolume(fine);
    expect(low.voxelSizeUm).toEqual([180, 150, 120]);
    expect(field!.firstUm).toEqual([90, 75, 60]);
    expect(field!.lastUm).toEqual([180 * 32.5, 150 * 37.5, 120 * 44.5]);
  });

  it("by CloudReg's rule takes every eighth voxel of the last scale of at most 15 um", async () => {
    const fine = phantom([128, 120, 96], slope, [5, 5, 5]);
    const { decision, field } = await correctVolume(await storeVolume(fine, { chunkSize: [16, 16, 16] }), {
      illumination: 'cloudreg',
    });
    expect(decision.statement).toContain('estimated from scale 10000_10000_10000');
    expect(field!.firstUm).toEqual([40, 40, 40]);
    expect(field!.lattice.shape).toEqual([11, 11, 11]);
  });

  it('can be given: what one job found is the field of the next', async () => {
    const source = await storeVolume(lit(slope));
    const first = await correctVolume(source, { illumination: 'n4' });
    const stored = await readFile(first.store, illuminationFieldFile('volume'));
    expect(fieldFromStored(stored)).toEqual(first.field);
  });
});
