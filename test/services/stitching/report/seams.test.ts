import { describe, expect, it } from 'vitest';
import {
  overlapOf,
  planeOf,
  regionIn,
  type Seam,
  seamsOf,
} from '../../../../services/stitching/report/seam.ts';
import { chooseHeights, heightCount } from '../../../../services/stitching/report/seam-heights.ts';
import {
  addSums,
  emptySums,
  figuresOf,
  type Overlap,
  sumsOf,
} from '../../../../services/stitching/report/seam-sums.ts';
import { chooseWindow, windowPixels } from '../../../../services/stitching/report/seam-window.ts';
import { planeKey } from '../../../../shared/acquisition/acquisition.ts';
import type { TileSurvey } from '../../../../shared/acquisition/survey.ts';
import { seededRandom } from '../../../../shared/numerics/random.ts';
import { asTheStageSays, locOf, makeReport, texture, threeByThree } from './seen-acquisition.ts';
import { gridPairs } from './tile-grid.ts';

/** A square of the texture from (x, y) on, with noise of its own. */
function piece(x: number, y: number, side: number, noise: number, seed: number): Float32Array {
  const { size, voxels } = tissue;
  const random = seededRandom(seed);
  return Float32Array.from({ length: side * side }, (_, i) => {
    const at = (y + Math.floor(i / side)) * size[0] + x + (i % side);
    return voxels[at]! + noise * (random() - 0.5);
  });
}
const tissue = texture([120, 120, 5], 3);
const SIDE = 60;

const figures = (a: Float32Array, b: Float32Array) => {
  const overlap: Overlap = { columns: SIDE, rows: SIDE, a, b };
  return figuresOf(sumsOf(overlap))!;
};

describe('the figures of a seam', () => {
  it('of the same tissue are at least as much alike as it is with itself two pixels on, whatever the noise', () => {
    for (const noise of [0, 200, 600, 1200]) {
      const { correlation, structure } = figures(piece(9, 9, SIDE, noise, 1), piece(9, 9, SIDE, noise, 2));
      expect(correlation!, `noise ${noise}`).toBeGreaterThan(structure! - 0.03);
    }
  });

  it('of different places have structure without correlation, of noise neither', () => {
    const elsewhere = figures(piece(0, 0, SIDE, 50, 1), piece(37, 41, SIDE, 50, 2));
    expect(elsewhere.structure).toBeGreaterThan(0.5);
    expect(Math.abs(elsewhere.correlation!)).toBeLessThan(0.25);
    const random = seededRandom(4);
    const noise = () => Float32Array.from({ length: SIDE * SIDE }, () => random());
    const { correlation, structure } = figures(noise(), noise());
    expect(Math.abs(structure!)).toBeLessThan(0.08);
    expect(Math.abs(correlation!)).toBeLessThan(0.08);
  });

  it('do not mind shading and gain, which the differences show', () => {
    const a = piece(0, 0, SIDE, 0, 1);
    const b = a.map((value, i) => 1.5 * value + 4 * (i % SIDE));
    const { correlation, bias, meanDifference } = figures(a, b);
    expect(correlation).toBeGreaterThan(0.99);
    expect(bias).toBeLessThan(-400);
    expect(meanDifference).toBeCloseTo(-bias, 3);
  });

  it('are mean, absolute mean and deviation of the differences over all planes added', () => {
    const sums = emptySums();
    const plane = (a: number, b: number): Overlap => ({
      columns: 2,
      rows: 1,
      a: Float32Array.from([a, a]),
      b: Float32Array.from([b, b]),
    });
    addSums(sums, sumsOf(plane(10, 4)));
    addSums(sums, sumsOf(plane(4, 6)));
    expect(figuresOf(sums)).toEqual({
      pixels: 4,
      meanDifference: 4,
      bias: 2,
      deviation: 4,
      correlation: null,
      structure: null,
    });
    expect(figuresOf(emptySums())).toBeNull();
  });
});

describe('the geometry of a seam', () => {
  it('is that of fusion after, and of the stage before', async () => {
    const synthetic = await threeByThree({ 1: [3, -2, 1] });
    const seam = seamsOf(synthetic.acquisition, synthetic.placement, 0)[0]!;
    expect([seam.a.loc, seam.b.loc, seam.axis]).toEqual([locOf(0), locOf(1), 'x']);
    const [before, after] = [overlapOf(seam, 'before')!, overlapOf(seam, 'after')!];
    expect(before.end[0] - before.start[0]).toBe(24);
    expect(after.end[0] - after.start[0]).toBe(21);
    expect(regionIn(seam.b, 'after', after)).toEqual({ x0: 0, x1: 21, y0: 2, y1: 90 });
    expect(planeOf(seam.b, 'after', 5)).toBe(4);
    expect(planeOf(seam.b, 'before', 5)).toBe(5);
    expect(planeOf(seam.b, 'after', 0)).toBeUndefined();
  });

  it('leaves out tiles without the channel', async () => {
    const synthetic = await threeByThree();
    const tiles = synthetic.acquisition.tiles.map((tile) =>
      tile.loc === locOf(4) ? { ...tile, stacks: [] } : tile,
    );
    const acquisition = { ...synthetic.acquisition, tiles };
    expect(seamsOf(acquisition, synthetic.placement, 0)).toHaveLength(8);
  });
});

describe('the planes at which seams are looked at', () => {
  const survey = (loc: number, bright: readonly number[]): TileSurvey =>
    ({
      loc,
      planes: Array.from({ length: 12 }, (_, plane) => plane),
      planeMeans: Array.from({ length: 12 }, (_, plane) => (bright.includes(plane) ? 900 : 100)),
    }) as unknown as TileSurvey;

  async function seams(): Promise<Seam[]> {
    const synthetic = await threeByThree({}, { 8: [6] });
    return seamsOf(synthetic.acquisition, asTheStageSays(synthetic), 0);
  }

  it('are those at which both tiles of each seam are bright, as far as their number allows', async () => {
    const all = await seams();
    const brightAt = (loc: number) => (loc < 100 ? [2] : loc < 200 ? [2, 9] : [9]);
    const surveys = new Map(
      [0, 1, 2, 3, 4, 5, 6, 7, 8].map((n) => [locOf(n), survey(locOf(n), brightAt(locOf(n)))]),
    );
    expect(chooseHeights(all, surveys, 12, 2)).toEqual([2, 9]);
  });

  it('lie in the middle where all are alike, never where a plane is missing', async () => {
    const all = await seams();
    const surveys = new Map([0, 1, 2, 3, 4, 5, 6, 7, 8].map((n) => [locOf(n), survey(locOf(n), [])]));
    expect(chooseHeights(all, surveys, 12, 1)).toEqual([5]);
    expect(chooseHeights([], surveys, 12, 1)).toEqual([5]);
  });

  it('are one to four, about a hundredth of the planes', () => {
    expect([1, 16, 64, 256, 1200, 9000].map(heightCount)).toEqual([1, 1, 2, 2, 4, 4]);
  });
});

describe('what a picture of a seam shows', () => {
  it('is the same piece of tile a before and after, where there is most to see', () => {
    const [columns, rows] = [24, 400];
    const random = seededRandom(9);
    const busy = (y: number): boolean => y >= 250 && y < 290;
    const a = Float32Array.from({ length: columns * rows }, (_, i) =>
      busy(Math.floor(i / columns)) ? 500 + 300 * random() : 500,
    );
    const before = { x0: 76, y0: 0, columns, rows, a, b: a };
    const after = { x0: 79, y0: 4, columns: 21, rows: 396, a: a.slice(0, 21 * 396), b: a.slice(0, 21 * 396) };
    const window = chooseWindow({ before, after: { ...after, a: cut(a, after), b: cut(a, after) } }, 'x')!;
    expect(window).toMatchObject({ x0: 79, columns: 21, rows: 160 });
    expect(window.y0).toBeLessThanOrEqual(250);
    expect(window.y0 + window.rows).toBeGreaterThanOrEqual(290);
    const shown = windowPixels({ before }, 'before', window, 'x')!;
    expect(shown.a[0]).toBe(a[window.y0 * columns + 3]);
    expect(windowPixels({ before }, 'after', window, 'x')).toBeUndefined();

    function cut(pixels: Float32Array, { x0, y0, ...size }: typeof after): Float32Array {
      return Float32Array.from({ length: size.columns * size.rows }, (_, i) => {
        const [x, y] = [i % size.columns, Math.floor(i / size.columns)];
        return pixels[(y + y0) * columns + x + x0 - 76]!;
      });
    }
  });

  it('is nothing where no plane shows the overlap', () => {
    expect(chooseWindow({}, 'x')).toBeUndefined();
  });
});

describe('seams of planes as they come', () => {
  it('are the same of compressed planes, which are read whole', async () => {
    const plain = await threeByThree({ 4: [2, 5, -1] });
    const tiles = plain.acquisition.tiles.map((tile) => ({
      ...tile,
      stacks: tile.stacks.map((stack) => ({ ...stack, compressed: true })),
    }));
    const compressed = { ...plain, acquisition: { ...plain.acquisition, tiles } };
    const pairs = gridPairs(plain.placement);
    const [one, other] = [await makeReport(plain, { pairs }), await makeReport(compressed, { pairs })];
    expect(other.json.seams).toEqual(one.json.seams);
    expect(other.json.sample.bytesRead).toBeGreaterThan(one.json.sample.bytesRead);
  });

  it('that cannot be decoded leave their seam without figures, and the report whole', async () => {
    const synthetic = await threeByThree();
    const { stacks } = synthetic.acquisition.tiles[4]!;
    for (let plane = 0; plane < 12; plane++)
      await synthetic.source.put(planeKey(stacks[0]!, plane), new Uint8Array([1, 2, 3]));
    const { json } = await makeReport(synthetic, { pairs: gridPairs(synthetic.placement) });
    const unseen = json.seams.filter(({ after }) => after === null);
    expect(unseen.map(({ a, b }) => [a, b].includes(locOf(4)))).toEqual([true, true, true, true]);
    expect(json.seams).toHaveLength(12);
  });
});
