import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { correctColm } from '../../../bench/illumination-data.ts';
import type { JobParameters } from '../../../services/parameters.ts';
import { cloudRegFlatField } from '../../../services/tile-correction/cloudreg-flat-field.ts';
import { checkGivenFlatField } from '../../../services/tile-correction/flat-field/given-flat-field.ts';
import { readMeanTile } from '../../../services/tile-correction/flat-field/mean-tile.ts';
import { backgroundFile, flatFieldKey } from '../../../shared/acquisition/correction.ts';
import { openPlanes } from '../../../shared/acquisition/plane-reader.ts';
import { readFile } from '../../../shared/engine/files.ts';
import type { ObjectStore } from '../../../shared/engine/ports.ts';
import { readTiff } from '../../../shared/formats/tiff/read.ts';
import { tiffInStore } from '../../../shared/formats/tiff/source.ts';
import { encodeTiff } from '../../../shared/formats/tiff/write.ts';
import { mean, standardDeviation } from '../../../shared/numerics/statistics.ts';
import { flatKey, smallAcquisition } from '../../acquisition/small-acquisition.ts';
import { inFolder } from '../../end-to-end/binary.ts';
import { runsAll } from '../../long.ts';
import { sharedPath } from '../../shared-data.ts';
import { correct, lightAt, litAcquisition, type Microscope, TILE, vignette } from './lit-acquisition.ts';

const PIXELS = TILE[0] * TILE[1];
const even = (): number => 1;

const errorOf = (factor: Float32Array, light: Microscope['light']): number =>
  standardDeviation(factor.map((value, n) => -Math.log(value) - Math.log(lightAt(light, n))));

const planesOf = async (source: ObjectStore, locs: readonly number[], planes: readonly number[]) => {
  const read = locs.flatMap((loc) =>
    planes.map(async (plane) => (await readTiff(await tiffInStore(source, flatKey(loc, 0, plane)))).pixels),
  );
  return Promise.all(read);
};

describe('tile-correction.flat-field, auto', () => {
  it('finds background and flat field, and says so in a sentence', async () => {
    const { report, correction, store } = await correct(await litAcquisition());
    const { background, flatField } = await correction();
    expect(background).toBeGreaterThanOrEqual(109);
    expect(background).toBeLessThanOrEqual(111);
    expect(errorOf(flatField!.factor, vignette)).toBeLessThan(0.02);
    expect(mean(flatField!.factor.map((value) => 1 / value))).toBeCloseTo(1, 5);
    expect(await report()).toMatchObject({
      channel: 0,
      flatField: { requested: 'auto', decision: 'apply', warning: null, evidence: { tiles: 9, pairs: 12 } },
      background: { requested: 'auto', value: background, accepted: true, warning: null },
      statement: expect.stringMatching(
        /^Channel 0: background 1\d\d \(first peak.*, a flat field \(a field of sd .*nominal positions\)$/,
      ),
    });
    expect(await readFile(store, backgroundFile(0))).toMatchObject({ flatField: true, background });
  });

  it('applies none where the light is even, and names the reason', async () => {
    const { report, correction, store } = await correct(await litAcquisition({ light: even }));
    expect(await report()).toMatchObject({
      flatField: {
        decision: 'none',
        factors: null,
        reason: expect.stringMatching(/too weak|no gain|differ/),
      },
      background: { accepted: true },
    });
    expect((await correction()).flatField).toBeUndefined();
    expect(await store.head(flatFieldKey(0))).toBeUndefined();
  });

  it('is a task per channel, and each has its own light', async () => {
    const source = await litAcquisition({ channels: [0, 2], rows: 2, columns: 3 });
    const both = await correct(source);
    expect((await both.report(2)).channel).toBe(2);
    const one = await correct(source, { channels: [2] });
    await expect(one.report(0)).rejects.toThrow(/not there/);
    expect(await one.report(2)).toEqual(await both.report(2));
  });

  it('subtracts nothing where tissue is everywhere, and asks for a value', async () => {
    const { report } = await correct(await litAcquisition({ border: 0 }));
    expect((await report()).background).toMatchObject({
      accepted: false,
      value: 0,
      warning: expect.stringContaining('--background 110'),
    });
  });

  it.each([
    ['a single tile', { rows: 1, columns: 1 }, /tiles with signal: 1, no overlap/],
    ['two tiles', { rows: 1, columns: 2 }, /tiles with signal: 2, pairs of neighbours among them: 1/],
    [
      'tiles that do not overlap',
      { rows: 2, columns: 2, overlap: 0 },
      /tiles with signal: 4, no overlap between any two/,
    ],
  ] as const)('has not enough evidence in %s', async (_, options, reason) => {
    const { report, correction } = await correct(await litAcquisition(options));
    expect((await report()).flatField).toMatchObject({
      decision: 'none',
      reason: expect.stringMatching(reason),
    });
    expect((await correction()).flatField).toBeUndefined();
  });

  it('finds the light in one row of tiles, and where more than two share a place', async () => {
    const { report, correction } = await correct(await litAcquisition({ rows: 1, columns: 5, overlap: 60 }));
    // Four neighbours, and three pairs of second neighbours that still share a fifth.
    expect((await report()).flatField).toMatchObject({ decision: 'apply', evidence: { pairs: 7 } });
    expect(errorOf((await correction()).flatField!.factor, vignette)).toBeLessThan(0.05);
  });

  it.runIf(runsAll)(
    'leaves out tiles without a camera behind them, and tiles that are saturated',
    async () => {
      const fault = (loc: number) => ({ 3: 0, 4: 65_535 })[loc];
      const { report, correction } = await correct(await litAcquisition({ fault }));
      const { flatField, background } = await report();
      expect(flatField.warning).toBe(
        'Left out: LOC003, LOC004 (the same value everywhere); LOC004 (too many saturated voxels).',
      );
      expect(flatField.evidence?.tiles).toBe(7);
      expect(background.value).toBeGreaterThanOrEqual(109);
      expect(errorOf((await correction()).flatField!.factor, vignette)).toBeLessThan(0.03);
    },
  );

  it('has nothing to say of tiles one pixel wide', async () => {
    const source = await smallAcquisition({ rows: 2, columns: 2, tileSize: [1, 90, 2] });
    const { report, correction } = await correct(source);
    expect((await report()).flatField.reason).toMatch(/^looks of \d+ x \d+ reduced pixels: at least 8/);
    expect((await correction()).flatField).toBeUndefined();
  });

  it.each([0, 500, 65_535])('has nothing to say where every voxel is %i', async (value) => {
    const { report } = await correct(await litAcquisition({ fault: () => value, rows: 2, columns: 2 }));
    expect(await report()).toMatchObject({
      flatField: { decision: 'none', reason: expect.stringContaining('tiles with signal: 0') },
      background: { accepted: false, value: 0, reason: 'the histogram is empty' },
    });
  });

  it.runIf(runsAll)(
    'goes on without tiles that lack the channel, and without planes that are missing',
    async () => {
      const source = await litAcquisition({ channels: [0, 1] });
      const gone = [0, 1, 2, 3].map((plane) => flatKey(4, 1, plane));
      await source.delete([...gone, flatKey(0, 1, 0), flatKey(0, 1, 1), flatKey(2, 1, 3)]);
      const { report, correction } = await correct(source);
      expect((await report(1)).flatField.evidence).toMatchObject({ tiles: 8, pairs: 8 });
      expect(errorOf((await correction(1)).flatField!.factor, vignette)).toBeLessThan(0.03);
    },
  );

  it.runIf(runsAll)('writes the same bytes each time', async () => {
    const source = await litAcquisition({ rows: 2 });
    const [first, again] = [await correct(source), await correct(source)];
    expect(await first.store.get(flatFieldKey(0))).toEqual(await again.store.get(flatFieldKey(0)));
    expect(await first.report()).toEqual(await again.report());
  });

  it('leaves nothing of an earlier run in the way', async () => {
    const source = await litAcquisition({ rows: 1, columns: 1 });
    const { store } = await correct(source, { flatField: 'cloudreg' });
    expect(await store.head(flatFieldKey(0))).toBeDefined();
    const { correction } = await correct(source, { flatField: 'none', background: 'none' }, store);
    expect(await store.head(flatFieldKey(0))).toBeUndefined();
    expect(await correction()).toEqual({ background: 0, flatField: undefined });
  });
});

describe('tile-correction.flat-field, cloudreg', () => {
  it("subtracts the smallest mean of the tiles' first planes", async () => {
    const source = await litAcquisition({ rows: 2, columns: 2 });
    await source.delete([flatKey(0, 0, 0)]);
    const { report } = await correct(source, { background: 'cloudreg', flatField: 'none' });
    const means = (await planesOf(source, [1, 2, 3], [0])).map(mean);
    const { value, reason } = (await report()).background;
    expect(value).toBeCloseTo(Math.min(...means), 9);
    expect(reason).toBe('smallest mean of the first planes of 3 tiles');
  });

  it('has no background where no tile has its first plane', async () => {
    const source = await litAcquisition({ rows: 1, columns: 2 });
    await source.delete([flatKey(0, 0, 0), flatKey(1, 0, 0)]);
    const { report } = await correct(source, { background: 'cloudreg' });
    expect((await report()).background).toMatchObject({ accepted: false, value: 0 });
  });

  it('is N4 of the mean of every second file, tile after tile', async () => {
    const source = await litAcquisition({ rows: 1, columns: 2 });
    await source.delete([flatKey(0, 0, 2)]);
    const { report, correction } = await correct(source, { background: [100], flatField: 'cloudreg' });
    // Files 0, 1, 3 of the first tile and 0 to 3 of the second: every second of these seven.
    const planes = [...(await planesOf(source, [0], [0, 3])), ...(await planesOf(source, [1], [1, 3]))];
    const data = Float64Array.from({ length: PIXELS }, (_, n) => mean(planes.map((plane) => plane[n]!)));
    const { flatField } = await correction();
    expect(flatField!.factor).toEqual(cloudRegFlatField({ data, shape: [TILE[0], TILE[1]] }, 100));
    expect((await report()).flatField).toMatchObject({
      requested: 'cloudreg',
      decision: 'apply',
      reason: expect.stringContaining('every 2nd plane, 4 in all'),
      warning: expect.stringContaining('several times too strong'),
      evidence: null,
    });
  });

  it('leaves planes that have become unreadable out of the mean, or stops where --strict says so', async () => {
    const source = await litAcquisition({ rows: 1, columns: 2 });
    const { acquisition } = await correct(source, { flatField: 'none' });
    await source.delete([flatKey(0, 0, 2)]);
    const read = (strict: boolean) => readMeanTile(openPlanes(source, acquisition), acquisition, 0, strict);
    const planes = [...(await planesOf(source, [0], [0])), ...(await planesOf(source, [1], [0, 2]))];
    const found = (await read(false))!;
    expect(found.planes).toBe(3);
    expect(found.tile.data[9]).toBeCloseTo(mean(planes.map((plane) => plane[9]!)), 9);
    await expect(read(true)).rejects.toThrow(/CHN00_PLN0002/);
  });

  it('has no mean where no plane can be read', async () => {
    const source = await litAcquisition({ rows: 1, columns: 1 });
    const { acquisition } = await correct(source, { flatField: 'none' });
    await source.delete([0, 1, 2, 3].map((plane) => flatKey(0, 0, plane)));
    expect(await readMeanTile(openPlanes(source, acquisition), acquisition, 0, false)).toBeNull();
  });
});

describe('tile-correction.flat-field, given values', () => {
  const tiny = () => litAcquisition({ rows: 1, columns: 1, channels: [0, 2] });

  it.each([
    [[110], [110, 110]],
    [
      [110.5, 98],
      [110.5, 98],
    ],
    [[0], [0, 0]],
  ])('background %j: one for all, or one per channel', async (background, expected) => {
    const parameters = { background, flatField: 'none' } as Partial<JobParameters>;
    const { correction, report } = await correct(await tiny(), parameters);
    expect([(await correction(0)).background, (await correction(2)).background]).toEqual(expected);
    expect((await report(2)).background).toMatchObject({ accepted: true, requested: String(expected[1]) });
  });

  it('a wrong number of backgrounds is refused before a plane is read', async () => {
    await expect(correct(await tiny(), { background: [1, 2, 3] })).rejects.toThrow(
      '--background: 3 values (1,2,3) for channels 0,2. Expected one value, or 2: one per channel, in this order.',
    );
    await expect(correct(await tiny(), { background: [1, 2], channels: [2] })).rejects.toThrow(
      '--background: 2 values (1,2) for channel 2. Expected one value.',
    );
  });

  /** Files by name in a folder of the disk. */
  const withFiles = <T>(
    files: Readonly<Record<string, Uint8Array>>,
    test: (folder: string) => Promise<T>,
  ): Promise<T> =>
    inFolder(async (folder) => {
      for (const [name, bytes] of Object.entries(files)) {
        mkdirSync(dirname(join(folder, name)), { recursive: true });
        writeFileSync(join(folder, name), bytes);
      }
      return test(folder);
    });

  const flat = (value: number, width = TILE[0] as number): Uint8Array =>
    encodeTiff(width, TILE[1], new Float32Array(width * TILE[1]).fill(value));
  const holed = (hole: number): Uint8Array => {
    const factor = new Float32Array(PIXELS).fill(1);
    factor[TILE[0] * 2 + 5] = hole;
    return encodeTiff(TILE[0], TILE[1], factor);
  };

  it('a TIFF serves every channel, whatever its folder is called', () =>
    withFiles({ 'my flats, 50%/old.TIF': flat(1.25) }, async (folder) => {
      const flatField = pathToFileURL(join(folder, 'my flats, 50%/old.TIF')).href;
      const { correction, report } = await correct(await tiny(), { flatField });
      for (const channel of [0, 2]) expect((await correction(channel)).flatField!.factor[7]).toBe(1.25);
      expect((await report()).flatField).toMatchObject({
        requested: flatField,
        decision: 'apply',
        reason: 'given by the user',
        factors: { smallest: 1.25, largest: 1.25 },
      });
    }));

  it("of a folder every channel takes its own, CloudReg's names included", () =>
    withFiles({ 'CHN00.tiff': flat(1.5), 'CHN02_bias.tiff': flat(0.5) }, async (flatField) => {
      const { correction } = await correct(await tiny(), { flatField });
      const factors = [0, 2].map(async (channel) => (await correction(channel)).flatField!.factor[0]);
      expect(await Promise.all(factors)).toEqual([1.5, 0.5]);
    }));

  it('factors beyond ten are applied as given, with a warning', () =>
    withFiles({ 'flat.tiff': holed(12.5) }, async (folder) => {
      const { report } = await correct(await tiny(), { flatField: join(folder, 'flat.tiff') });
      expect((await report()).flatField.warning).toMatch(/^Factors go from 1.0 to 13/);
    }));

  it.each([
    ['of the wrong size', { 'CHN00.tiff': flat(1, 24) }, /CHN00.tiff: 24 x 48 pixels; expected .* 48 x 48/],
    ['with a zero', { 'CHN00.tiff': holed(0) }, /CHN00.tiff: factor 0 at column 5, row 2; expected finite/],
    ['with a NaN', { 'CHN00.tiff': holed(Number.NaN) }, /factor NaN at column 5, row 2/],
    ['with a factor below 0', { 'CHN00.tiff': holed(-1) }, /factor -1 at column 5, row 2/],
    [
      'of whole numbers',
      { 'CHN00.tiff': encodeTiff(TILE[0], TILE[1], new Uint16Array(PIXELS).fill(1)) },
      /CHN00.tiff: 16 bit whole numbers; expected 32 bit floats/,
    ],
    [
      'that is no TIFF',
      { 'CHN00.tiff': new TextEncoder().encode('none') },
      /--flat-field: file:.*CHN00.tiff: /,
    ],
    [
      'that is not in the folder',
      { 'notes.txt': new Uint8Array() },
      /no CHN00.tiff or CHN00.tif or CHN00_bias.tiff/,
    ],
  ] as const)('a flat field %s is refused, also before the job begins', (_, files, message) =>
    withFiles(files as Readonly<Record<string, Uint8Array>>, async (folder) => {
      const flatField = pathToFileURL(folder).href;
      await expect(checkGivenFlatField(flatField, TILE)).rejects.toThrow(message);
      await expect(correct(await tiny(), { flatField, channels: [0] })).rejects.toThrow(message);
    }),
  );

  it('a file that is not there is refused by its name, and the words are listed', async () => {
    const flatField = 'file:///nowhere/flat.tiff';
    const message = /^--flat-field: file:\/\/\/nowhere\/flat.tiff: no such file. .*auto, none and cloudreg/;
    await expect(checkGivenFlatField(flatField, TILE)).rejects.toThrow(message);
    await expect(correct(await tiny(), { flatField })).rejects.toThrow(message);
    await expect(checkGivenFlatField('file:///nowhere', TILE)).rejects.toThrow(/nowhere: no CHN00.tiff/);
  });

  it('a folder without one of the channels is refused by the channel', () =>
    withFiles({ 'CHN00.tiff': flat(1) }, async (flatField) => {
      await checkGivenFlatField(pathToFileURL(flatField).href, TILE);
      await expect(correct(await tiny(), { flatField })).rejects.toThrow(/no CHN02.tiff .* for channel 2/);
    }));
});

const colm = sharedPath('data', 'colm_cellfinder_3x4');
describe.skipIf(colm === undefined)('on colm_cellfinder_3x4 (ILLUMINATION section 6)', () => {
  it('background within 105..125 and flat field to 0.03 in both channels', async () => {
    const channels = await correctColm(colm!);
    expect(channels).toHaveLength(2);
    for (const { report, error } of channels) {
      expect(report.background.accepted).toBe(true);
      expect(report.background.value).toBeGreaterThanOrEqual(105);
      expect(report.background.value).toBeLessThanOrEqual(125);
      expect(error).toBeLessThan(0.03);
    }
  });

  it.runIf(runsAll)("CloudReg's rules harm there, as measured: that is why they are no default", async () => {
    const channels = await correctColm(colm!, { flatField: 'cloudreg', background: 'cloudreg' });
    for (const { report, error } of channels) {
      expect(report.background.value).toBeGreaterThan(125);
      expect(error).toBeGreaterThan(0.2);
    }
  });
});
