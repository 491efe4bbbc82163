import { describe, expect, it } from 'vitest';
import { linesOf } from '../../cli/correction-lines.ts';
import { qualityLines } from '../../cli/quality-lines.ts';
import { problemLines } from '../../cli/raw-data-problems.ts';
import { readDamaged, writeDamaged } from '../../services/stitching/fusion/damaged-planes.ts';
import { DamagedPlaneError } from '../../shared/acquisition/acquisition-errors.ts';
import type { CorrectionReport } from '../../shared/acquisition/correction-report.ts';
import type { QualityReport, Spot } from '../../shared/acquisition/quality-report.ts';
import { memoryStore } from '../../shared/adapters/memory/store.ts';

const folder = { path: '/data/volume', store: memoryStore(), stateFolder: '/data/volume/.cloudreg' };

const reportOf = (worthALook: Spot[]): QualityReport => ({
  format: 'cloudreg-report/1',
  worthALook,
  findings: worthALook,
  placement: { basis: 'stage', tiles: 1, components: 0, statistics: null },
  seams: [],
  sample: { channel: 0, heights: [], bytesRead: 0, shareOfRaw: 0 },
  pictures: { worstSeam: null, typicalSeam: null },
});

const spot = (locs: readonly number[], picture: string | null): Spot => ({
  kind: 'rejected-pair',
  what: 'Something is wrong.',
  where: {
    loc: locs[0]!,
    tiles: locs.map((loc) => ({ loc, row: 0, column: loc })),
    voxel: [512, 80, 20],
    um: [1, 2, 3],
  },
  picture,
});

describe('what is most worth a look, at the end of a run', () => {
  it('says what, where, and which picture shows it', () => {
    const spots = [spot([3, 4], 'report/worth-a-look-1.png'), spot([1, 2, 5, 6], null)];
    expect(qualityLines(folder, reportOf(spots))).toEqual([
      'Most worth a look:',
      '  1. Something is wrong. See voxel 512, 80, 20, LOC003 (row 0, column 3) and LOC004 (row 0, column 4): /data/volume/report/worth-a-look-1.png',
      '  2. Something is wrong. See voxel 512, 80, 20, LOC001 (row 0, column 1), LOC002 (row 0, column 2) and 2 others',
      'Quality report: /data/volume/report/report.md',
    ]);
  });

  it('is said to be nothing where nothing stands out', () => {
    expect(qualityLines(folder, reportOf([]))).toEqual([
      'Quality report: /data/volume/report/report.md (nothing stands out)',
    ]);
  });

  it('is followed by what the report lacks', () => {
    const notes = ['No picture could be drawn.'];
    expect(qualityLines(folder, { ...reportOf([]), notes }).at(-1)).toBe(
      '  Note: No picture could be drawn.',
    );
    expect(qualityLines(folder, { ...reportOf([spot([1], null)]), notes }).slice(-2)).toEqual([
      'Quality report: /data/volume/report/report.md',
      '  Note: No picture could be drawn.',
    ]);
  });
});

describe('planes that fusion could not decode', () => {
  it('are counted once, though several blocks and channels met them', async () => {
    const store = memoryStore();
    const damage = (key: string) => new DamagedPlaneError(key, 'damaged deflate data', new Error('inflate'));
    const block = (x: number) => ({ start: [x, 0, 0], end: [x + 1, 1, 1] }) as const;
    await writeDamaged(store, 0, block(0), [damage('b.tif'), damage('a.tif')]);
    await writeDamaged(store, 0, block(1), [damage('a.tif')]);
    await writeDamaged(store, 1, block(0), [damage('c.tif')]);
    await writeDamaged(store, 1, block(1), []);
    expect((await readDamaged(store)).map(({ key }) => key)).toEqual(['a.tif', 'b.tif', 'c.tif']);
    expect(await problemLines({ ...folder, store })).toEqual([
      'Raw data: the pixels of 3 planes could not be decoded (left out): see /data/volume/.cloudreg/stitching/damaged/',
    ]);
    expect(await problemLines(folder)).toEqual([]);
  });
});

describe('flat field and background, at the end of a run', () => {
  it('are the statement of each channel, with its warnings', () => {
    const report = {
      statement: 'Channel 0: no background, no flat field',
      flatField: { warning: null },
      background: { warning: 'Nothing is subtracted.' },
    } as CorrectionReport;
    expect(linesOf(report)).toEqual([
      'Channel 0: no background, no flat field',
      '  Warning: Nothing is subtracted.',
    ]);
  });
});
