import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import type { Pair } from '../../../../services/stitching/pairs.ts';
import { report } from '../../../../services/stitching/report.ts';
import { writeCorrection } from '../../../../shared/acquisition/correction.ts';
import type { Placement } from '../../../../shared/acquisition/placement.ts';
import { REPORT_FOLDER } from '../../../../shared/acquisition/quality-report.ts';
import type { ObjectStore } from '../../../../shared/engine/ports.ts';
import { runsAll } from '../../../long.ts';
import { runStep } from '../../run-step.ts';
import { candidate, featurelessPair, rejectedPair } from './measured-pairs.ts';
import { asTheStageSays, locOf, makeReport, TILE, type Triple, threeByThree } from './seen-acquisition.ts';
import { changedPairs, gridPairs } from './tile-grid.ts';

const JITTER: Record<number, Triple> = { 1: [3, -2, 1], 3: [-4, 1, 0], 4: [2, 5, -1], 8: [-3, -3, 1] };

const pairsOf = (placement: Placement, changes: Readonly<Record<string, (pair: Pair) => Pair>> = {}) =>
  changedPairs(gridPairs(placement), changes);

async function picturesIn(store: ObjectStore): Promise<Map<string, Sharp>> {
  const found = new Map<string, Sharp>();
  for await (const { key } of store.list(REPORT_FOLDER))
    if (key.endsWith('.png'))
      found.set(key.slice(REPORT_FOLDER.length), sharp((await store.get(key))!.bytes));
  return found;
}

describe('a report on a placement in which nothing is wrong', () => {
  it('says so plainly, with seams that match after and did not before', async () => {
    const synthetic = await threeByThree(JITTER);
    const { json, text, store } = await makeReport(synthetic, { pairs: pairsOf(synthetic.placement) });
    expect(json.worthALook).toEqual([]);
    expect(json.findings).toEqual([]);
    expect(text).toContain('Nothing stands out: every pair was used and agrees with the others');
    expect(text).toContain('Tiles were placed by their overlaps');
    expect(json.placement).toMatchObject({
      basis: 'pairs',
      components: 1,
      statistics: { pairs: 12, used: 12 },
    });
    expect(json.seams).toHaveLength(12);
    for (const { after } of json.seams)
      expect(after).toMatchObject({ meanDifference: 0, bias: 0, deviation: 0, correlation: 1 });
    const jittered = json.seams.find(({ a, b }) => a === locOf(3) && b === locOf(4))!;
    expect(jittered.before!.meanDifference).toBeGreaterThan(100);
    expect(jittered.before!.correlation).toBeLessThan(0.3);
    const still = json.seams.find(({ a, b }) => a === locOf(6) && b === locOf(7))!;
    expect(still.before).toEqual(still.after);
    expect([...(await picturesIn(store)).keys()].sort()).toEqual([
      ...['preview-CHN00.png', 'seam-typical.png', 'seam-worst.png'],
    ]);
    expect(json.notes).toEqual([]);
  });

  it.runIf(runsAll)('counts what it read, a few planes of the overlaps', async () => {
    const synthetic = await threeByThree(JITTER);
    const { json, text } = await makeReport(synthetic, { pairs: pairsOf(synthetic.placement) });
    expect(json.sample).toMatchObject({ channel: 0 });
    expect(json.sample.heights).toHaveLength(1);
    const planes = json.sample.bytesRead / (TILE[0] * TILE[1] * 2);
    expect(planes).toBeGreaterThan(9 * 0.5);
    expect(planes).toBeLessThan(9 * 2 * 1.1);
    expect(json.sample.shareOfRaw).toBeCloseTo(planes / (9 * TILE[2]), 3);
    expect(text).toContain('of the raw data were read for it');
  });

  it.runIf(runsAll)('gives the same bytes each time', async () => {
    const synthetic = await threeByThree(JITTER);
    const pairs = pairsOf(synthetic.placement, { '0-1': (pair) => rejectedPair(pair, [90, 0, 0]) });
    const [one, other] = [await makeReport(synthetic, { pairs }), await makeReport(synthetic, { pairs })];
    let files = 0;
    for await (const { key } of one.store.list(REPORT_FOLDER)) {
      expect(Buffer.compare((await one.store.get(key))!.bytes, (await other.store.get(key))!.bytes)).toBe(0);
      files += 1;
    }
    expect(files).toBe(7);
  });
});

describe('a report on a placement in which something is wrong', () => {
  it('names a confidently wrong pair, a featureless pair and a tile shifted by 50 voxels, each with its picture', async () => {
    const [shifted, a, b] = [locOf(8), locOf(1), locOf(4)];
    const synthetic = await threeByThree({ ...JITTER, 8: [48, 14, 1] });
    const pairs = pairsOf(synthetic.placement, {
      [`${a}-${b}`]: (pair) => rejectedPair(pair, [12, pair.nominal[1] - 9, 0]),
      [`${locOf(3)}-${locOf(4)}`]: featurelessPair,
    });
    const { json, text, store } = await makeReport(synthetic, { pairs });
    const spots = json.worthALook.map(({ kind, where }) => ({ kind, loc: where.loc }));
    expect(spots).toEqual([
      { kind: 'shifted-tile', loc: shifted },
      { kind: 'rejected-pair', loc: a },
      { kind: 'featureless-pair', loc: locOf(3) },
    ]);
    expect(text).toMatch(/### 1\. LOC202 lies \+4\d\.\d, \+1\d\.\d, \+\d\.\d voxels/);
    expect(text).toContain('### 2. LOC001 and LOC101 fit with reliability 0.97');
    expect(text).toContain('### 3. The overlap of LOC100 and LOC101 shows nothing to align by');
    const tile = synthetic.placement.tiles.find(({ loc }) => loc === shifted)!;
    expect(json.worthALook[0]!.where).toMatchObject({
      tiles: [{ loc: shifted, row: 2, column: 2 }],
      voxel: [tile.position[0] + 48, tile.position[1] + 45, tile.position[2] + 6],
    });
    const { voxel, um } = json.worthALook[0]!.where;
    // Centres of voxels, to a tenth of a micrometre.
    const centre = [voxel[0] + 0.5, voxel[1] + 0.5, (voxel[2] + 0.5) * 2.5];
    for (const axis of [0, 1, 2] as const) expect(Math.abs(um[axis] - centre[axis]!)).toBeLessThan(0.051);
    const pictures = await picturesIn(store);
    for (const { picture } of json.worthALook)
      expect(pictures.has(picture!.slice(REPORT_FOLDER.length)), picture!).toBe(true);
  });

  it('finds a tile in the wrong place without trusting the pairs', async () => {
    const synthetic = await threeByThree(JITTER);
    const tiles = synthetic.placement.tiles.map((tile) =>
      tile.loc === locOf(4)
        ? { ...tile, position: [tile.position[0] + 7, tile.position[1], 0] as Triple }
        : tile,
    );
    const placement = { ...synthetic.placement, tiles };
    const { json } = await makeReport(synthetic, { placement, pairs: pairsOf(placement) });
    const wrong = json.findings.filter(({ kind }) => kind === 'seam-mismatch');
    expect(wrong.map(({ where }) => where.tiles.map(({ loc }) => loc))).toHaveLength(4);
    for (const { where } of wrong) expect(where.tiles.map(({ loc }) => loc)).toContain(locOf(4));
    expect(json.worthALook[0]!.kind).toBe('seam-mismatch');
  });

  it('ranks pairs worst first in its table', async () => {
    const synthetic = await threeByThree();
    const pairs = pairsOf(synthetic.placement, {
      '1-101': featurelessPair,
      '2-102': (pair) => rejectedPair(pair, [0, 90, 0], 0.5),
      '100-101': (pair) => rejectedPair(pair, [90, 0, 0], 0.9),
      '200-201': (pair) => ({ ...pair, candidates: [candidate([73.2, 0, 0])] }),
    });
    const { text } = await makeReport(synthetic, { pairs });
    const rows = text.split('\n').filter((line) => /^\| LOC\d+ LOC\d+ \| [xy] \| [a-z]/.test(line));
    expect(rows).toHaveLength(12);
    expect(rows.slice(0, 5).map((row) => row.split('|')[1]!.trim())).toEqual([
      'LOC200 LOC201',
      'LOC100 LOC101',
      'LOC002 LOC102',
      'LOC001 LOC101',
      'LOC000 LOC001',
    ]);
    expect(rows[0]).toContain('| used | -1.20, 0.00, 0.00 | 0.98 | 0.80 |');
    expect(rows[3]).toContain('| no signal |  | 0.00 |  |');
  });

  it('lists missing planes, and a tile that is absent by where it would lie', async () => {
    const synthetic = await threeByThree({}, { 4: [5, 6] });
    const { json, text, store } = await makeReport(synthetic, {
      pairs: pairsOf(synthetic.placement),
      problems: [
        {
          kind: 'missing-plane',
          loc: locOf(4),
          channel: 0,
          planes: [[5, 6]],
          message: 'LOC101 lacks planes 5 to 6',
        },
        { kind: 'missing-tile', loc: 3, message: 'LOC003 was scanned but is not there' },
      ],
    });
    expect(json.worthALook.map(({ kind }) => kind)).toEqual(['missing-tile', 'missing-planes']);
    expect(json.worthALook[0]!.where).toMatchObject({ loc: 3, tiles: [{ row: 0, column: 3 }] });
    expect(json.worthALook[1]!.where.voxel[2]).toBe(5);
    expect(text).toContain('LOC101 lacks planes 5 to 6');
    expect(text).toContain('.cloudreg/stitching/damaged/');
    expect((await picturesIn(store)).has('worth-a-look-2.png')).toBe(true);
  });
});

describe('a report on a placement without pairs', () => {
  it('says that it is nominal, and which seams show it', async () => {
    const synthetic = await threeByThree(JITTER);
    const placement = asTheStageSays(synthetic);
    const { json, text } = await makeReport(synthetic, { placement });
    expect(json.placement).toMatchObject({ basis: 'stage', statistics: null });
    expect(text).toContain('Placement is nominal: tiles lie where the stage put them');
    expect(text).toContain('No pairs were measured.');
    expect(json.worthALook).toHaveLength(3);
    for (const { kind } of json.worthALook) expect(kind).toBe('seam-mismatch');
    for (const { before, after } of json.seams) expect(before).toEqual(after);
  });

  it('of one tile has no seams, and nothing to say', async () => {
    const synthetic = await threeByThree();
    const acquisition = { ...synthetic.acquisition, tiles: synthetic.acquisition.tiles.slice(0, 1) };
    const alone = { ...synthetic.placement, tiles: synthetic.placement.tiles.slice(0, 1), size: TILE };
    const { json, text } = await makeReport({ ...synthetic, acquisition, placement: alone });
    expect(json.seams).toEqual([]);
    expect(json.worthALook).toEqual([]);
    expect(text).toContain('No overlap could be looked at.');
  });
});

describe('the pictures of a report', () => {
  const factor = Float32Array.from({ length: TILE[0] * TILE[1] }, (_, i) => 0.8 + (i % TILE[0]) / 100);
  const correction = { background: 100, flatField: { width: TILE[0], height: TILE[1], factor } };

  it('are images with something on them, and the text shows every one', async () => {
    const synthetic = await threeByThree({ ...JITTER, 8: [48, 14, 1] });
    const pairs = pairsOf(synthetic.placement, { '0-1': (pair) => rejectedPair(pair, [60, 5, 0]) });
    const { store, text } = await makeReport(synthetic, { pairs, correction });
    const pictures = await picturesIn(store);
    expect(pictures.size).toBe(7);
    for (const [name, picture] of pictures) {
      const { format, width } = await picture.metadata();
      const { channels } = await picture.stats();
      expect(format, name).toBe('png');
      expect(width, name).toBeGreaterThan(400);
      for (const { stdev } of channels.slice(0, 3)) expect(stdev, name).toBeGreaterThan(5);
      expect(text).toContain(`](${name})`);
    }
    expect(text).toContain('Warning: the light falls off by more than half');
  });

  it('are replaced by those of the next generation, others are left alone', async () => {
    const synthetic = await threeByThree(JITTER);
    const { store } = await makeReport(synthetic, { pairs: pairsOf(synthetic.placement), correction });
    expect([...(await picturesIn(store)).keys()]).toContain('flat-field-CHN00.png');
    await store.put('report/illumination-CHN00.png', new Uint8Array(1));
    await writeCorrection(store, 0, { background: 0, flatField: undefined });
    const inputs = { ...synthetic, problems: { format: 'cloudreg-problems/1', problems: [] } };
    await runStep(report, { store, source: synthetic.source, files: [], inputs });
    expect([...(await picturesIn(store)).keys()]).not.toContain('flat-field-CHN00.png');
    expect(await store.head('report/illumination-CHN00.png')).toBeDefined();
  });
});
