import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { checkGivenPlacement, readGivenPlacement } from '../../../services/stitching/given-placement.ts';
import type { Pairs } from '../../../services/stitching/pairs.ts';
import { placementXml } from '../../../services/stitching/terastitcher/placement-xml.ts';
import type { Acquisition } from '../../../shared/acquisition/acquisition.ts';
import { makePlacement, nominalPosition, type Placement } from '../../../shared/acquisition/placement.ts';
import { seededRandom } from '../../../shared/numerics/random.ts';
import { stageAcquisition } from './stage-acquisition.ts';
import { pairOf, pairsOf } from './terastitcher/pair-records.ts';

/** Tiles scattered about the stage's places. */
function scattered(acquisition: Acquisition, seed: number): Placement {
  const random = seededRandom(seed);
  const off = (most: number): number => (random() * 2 - 1) * most;
  const tiles = acquisition.tiles.map(({ loc, row, column, directory }) => {
    const nominal = nominalPosition(acquisition, { row, column });
    const position: [number, number, number] = [
      nominal[0] + off(6),
      nominal[1] + off(6),
      nominal[2] + off(2),
    ];
    return { loc, row, column, directory, nominal, position, source: 'pairs' as const };
  });
  return makePlacement(acquisition, tiles);
}

async function inGivenFile<T>(text: string, name: string, test: (url: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'given-placement-'));
  try {
    const file = join(folder, name);
    writeFileSync(file, text);
    return await test(pathToFileURL(file).href);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const given = (text: string, acquisition: Acquisition, name = 'placement of mine.json') =>
  inGivenFile(text, name, (url) => readGivenPlacement(url, acquisition));

const positionsOf = ({ tiles }: Placement) => tiles.map(({ loc, position }) => ({ loc, position }));
const json = (value: unknown) => JSON.stringify(value);

describe('a given placement.json', () => {
  it('gives back its positions, with their fractions, and says that they were given', async () => {
    const acquisition = stageAcquisition(3, 4, { unscanned: [5] });
    const made = scattered(acquisition, 1);
    const { placement, notes } = await given(json(made), acquisition);
    expect(positionsOf(placement)).toEqual(positionsOf(made));
    expect(placement.tiles.every(({ source }) => source === 'given')).toBe(true);
    expect({ ...placement, tiles: [] }).toEqual({ ...made, tiles: [] });
    expect(notes).toEqual([]);
  });

  it('is used for the tiles that were scanned; what it says of others is noted', async () => {
    const made = scattered(stageAcquisition(2, 3), 2);
    const { placement, notes } = await given(json(made), stageAcquisition(2, 3, { unscanned: [2, 4] }));
    expect(placement.tiles.map(({ loc }) => loc)).toEqual([0, 1, 3, 5]);
    expect(notes).toHaveLength(1);
    expect(notes[0]).toMatch(/not scanned are not used: row 0, column 2; row 1, column 1\.$/);
  });

  it('may have another origin', async () => {
    const acquisition = stageAcquisition(2, 2);
    const made = scattered(acquisition, 3);
    const tiles = made.tiles.map((tile) => ({
      ...tile,
      position: [tile.position[0] - 1000, tile.position[1] + 5, tile.position[2] + 7],
    }));
    const { placement } = await given(json({ ...made, tiles }), acquisition);
    expect(positionsOf(placement)).toEqual(positionsOf(made));
  });

  const acquisition = stageAcquisition(2, 2);
  const made = scattered(acquisition, 4);
  const tilesMade = made.tiles;
  it.each([
    ['another grid', json(scattered(stageAcquisition(2, 3), 5)), /a grid of 2 x 3 tiles; expected 2 x 2/],
    [
      'tiles of another size',
      json({ ...made, tileSize: [100, 90, 20] }),
      /tiles of 100 x 90 x 20 voxels; expected 100 x 80 x 20.*another acquisition/,
    ],
    [
      'a scanned tile left out',
      json({ ...made, tiles: tilesMade.slice(0, 3) }),
      /no position for LOC003 \(row 1, column 1\); expected one for each scanned tile/,
    ],
    [
      'a tile twice',
      json({ ...made, tiles: [...tilesMade, tilesMade[0]] }),
      /two tiles have the same row and column/,
    ],
    [
      'micrometres in place of voxels',
      json({
        ...made,
        tiles: tilesMade.map((tile) => ({ ...tile, position: tile.position.map((value) => value * 0.585) })),
      }),
      /neighbours lie \d\d voxels apart in x; expected about 80/,
    ],
    ['no positions', json({ ...made, tiles: [{ loc: 0 }] }), /not a placement \(/],
    ['another kind of JSON', '{"pairs": []}', /not a placement \(/],
    ['neither form', 'x,y,z\n1,2,3\n', /neither JSON nor XML.*xml_merging\.xml/],
    ['nothing', '', /neither JSON nor XML/],
  ])('is refused where it holds %s, with its name', async (_, text, message) => {
    await expect(given(text, acquisition)).rejects.toThrow(message);
    await expect(given(text, acquisition)).rejects.toThrow(
      /^--placement: file:.*placement%20of%20mine\.json: /,
    );
  });

  it('is refused for its grid and its tiles before the acquisition is scanned', async () => {
    const check = (text: string, name: string) =>
      inGivenFile(text, name, (url) => checkGivenPlacement(url, stageAcquisition(2, 2)));
    await expect(check(json(made), 'placement.json')).resolves.toBeUndefined();
    await expect(check(placementXml(made, acquisition), 'placement.xml')).resolves.toBeUndefined();
    await expect(check(json({ ...made, tiles: [] }), 'placement.json')).resolves.toBeUndefined();
    await expect(check('hm', 'placement.json')).rejects.toThrow(/neither JSON nor XML/);
    const other = scattered(stageAcquisition(2, 3), 5);
    await expect(check(json(other), 'placement.json')).rejects.toThrow(/a grid of 2 x 3/);
    for (const word of ['auto', 'nominal']) await checkGivenPlacement(word, acquisition);
  });

  it('is refused where it is not there', async () => {
    const missing = readGivenPlacement('file:///nowhere/placement.json', acquisition);
    await expect(missing).rejects.toThrow(/file:\/\/\/nowhere\/placement\.json: no such file/);
  });
});

/** A used pair for each two neighbours, a fraction of a voxel off the truth. */
function measuredFrom({ tiles }: Placement, seed: number): Pairs {
  const random = seededRandom(seed + 1000);
  return pairsOf(
    tiles.flatMap((a) =>
      tiles.flatMap((b) => {
        const [right, below] = [b.column - a.column, b.row - a.row];
        if (Math.min(right, below) < 0 || right + below !== 1) return [];
        const between = (p: readonly number[], q: readonly number[], off = 0) =>
          [0, 1, 2].map((axis) => q[axis]! - p[axis]! + off * (random() - 0.5)) as [number, number, number];
        const pair = { a: a.loc, b: b.loc, nominal: between(a.nominal, b.nominal), status: 'used' } as const;
        return [pairOf({ ...pair, axis: right === 1 ? 'x' : 'y' }, between(a.position, b.position, 0.3))];
      }),
    ),
  );
}

describe("TeraStitcher's files", () => {
  it('give back what placement.xml was written from, in whole voxels', async () => {
    for (let seed = 1; seed <= 20; seed++) {
      const acquisition = stageAcquisition(3, 3, { unscanned: [seed % 9] });
      const made = scattered(acquisition, seed);
      const whole = makePlacement(
        acquisition,
        made.tiles.map((tile) => ({
          ...tile,
          position: tile.position.map(Math.round) as [number, number, number],
        })),
      );
      const xml = placementXml(made, acquisition, measuredFrom(made, seed));
      const { placement } = await given(xml, acquisition, 'placement.xml');
      expect(positionsOf(placement), `seed ${seed}`).toEqual(positionsOf(whole));
    }
  });

  const axis = (name: string, [offset, nominal, reliability]: readonly number[]) =>
    `<${name} displ="${offset}" default_displ="${nominal}" reliability="${reliability}" nccPeak="0.8" delay="20"/>`;
  type Measured = {
    readonly [name in 'V' | 'H' | 'D']: readonly [offset: number, nominal: number, reliability: number];
  };
  const side = (name: string, layers: readonly Measured[]) =>
    `<${name}_displacements>${layers
      .map(({ V, H, D }) => `<Displacement>${axis('V', V)}${axis('H', H)}${axis('D', D)}</Displacement>`)
      .join('')}</${name}_displacements>`;
  /** One row of stacks: positions (x, y, z) and what was measured to the next one. */
  const rowOf = (stacks: readonly { at: readonly number[]; east: readonly Measured[] }[]) =>
    `<TeraStitcher><dimensions stack_rows="1" stack_columns="${stacks.length}" stack_slices="20"/><STACKS>${stacks
      .map(
        ({ at, east }, column) =>
          `<Stack ROW="0" COL="${column}" ABS_V="${at[1]}" ABS_H="${at[0]}" ABS_D="${at[2]}" DIR_NAME="LOC00${column}" Z_RANGES="[0,20)">${side('EAST', east)}</Stack>`,
      )
      .join('')}</STACKS></TeraStitcher>`;
  const measured: Measured = { V: [3, 0, 0.9], H: [77, 80, 0.8], D: [-1, 0, 0.7] };
  const three = stageAcquisition(1, 3);

  it('are placed by their displacements where positions are still those of the stage', async () => {
    const east: Measured = { V: [-2, 0, 0.5], H: [85, 80, 0.5], D: [1, 0, 0.5] };
    const displacements = rowOf([
      { at: [0, 0, 0], east: [measured] },
      { at: [80, 0, 0], east: [east] },
      { at: [160, 0, 0], east: [] },
    ]);
    const { placement } = await given(displacements, three, 'xml_displthres.xml');
    const expected = [
      [0, 0, 1],
      [77, 3, 0],
      [162, 1, 1],
    ];
    for (const [index, { position }] of placement.tiles.entries())
      for (const axis of [0, 1, 2]) expect(position[axis]).toBeCloseTo(expected[index]![axis]!, 1);
  });

  it('take of several layers the most reliable one on each axis', async () => {
    const first: Measured = { V: [3, 0, 0.9], H: [60, 80, 0.2], D: [4, 0, 0.3] };
    const second: Measured = { V: [9, 0, 0.3], H: [77, 80, 0.8], D: [-1, 0, 0.7] };
    const text = rowOf([
      { at: [0, 0, 0], east: [first, second] },
      { at: [80, 0, 0], east: [] },
    ]);
    const { placement } = await given(text, stageAcquisition(1, 2), 'xml_displcomp.xml');
    expect(placement.tiles[1]!.position[0]).toBeCloseTo(77, 1);
    expect(placement.tiles[1]!.position[1]).toBeCloseTo(3, 1);
  });

  it('leave a tile to the stage where an axis was not measured', async () => {
    const text = rowOf([
      { at: [0, 0, 0], east: [measured] },
      { at: [80, 0, 0], east: [{ ...measured, D: [0, 0, 0] }] },
      { at: [160, 0, 0], east: [] },
    ]);
    const { placement } = await given(text, three, 'xml_displthres.xml');
    const [, second, third] = placement.tiles;
    expect(third!.position[0] - second!.position[0]).toBeCloseTo(80, 0);
  });

  it('are taken at their positions once tiles were placed, though some pair says otherwise', async () => {
    const wrong: Measured = { V: [30, 0, 0.3], H: [80, 80, 0.3], D: [0, 0, 0.3] };
    const text = rowOf([
      { at: [0, 0, 1], east: [measured] },
      { at: [77, 3, 0], east: [wrong] },
      { at: [157, 3, 0], east: [] },
    ]);
    const { placement } = await given(text, three, 'xml_merging.xml');
    expect(placement.tiles.map(({ position }) => position)).toEqual([
      [0, 0, 1],
      [77, 3, 0],
      [157, 3, 0],
    ]);
  });

  const nominalRow = (columns: number, step = 80) =>
    rowOf(Array.from({ length: columns }, (_, column) => ({ at: [column * step, 0, 0], east: [] })));
  it.each([
    ['another grid', nominalRow(4), /a grid of 1 x 4 tiles; expected 1 x 3/],
    [
      'another number of planes',
      nominalRow(3).replace('slices="20"', 'slices="30"'),
      /tiles of 30 planes; expected 20/,
    ],
    ['tiles of another size', nominalRow(3, 160), /neighbours lie 160 voxels apart in x; expected about 80/],
    [
      'a scanned tile that it does not have',
      nominalRow(3).replace('DIR_NAME="LOC001" Z_RANGES="[0,20)"', 'DIR_NAME="" Z_RANGES=""'),
      /no position for LOC001 \(row 0, column 1\)/,
    ],
    ['broken XML', nominalRow(3).slice(0, 200), /not XML/],
    [
      'a position that is no number',
      nominalRow(3).replace('ABS_H="80"', 'ABS_H="?"'),
      /ABS_H of a <Stack> is "\?"/,
    ],
  ])('are refused where they hold %s', async (_, text, message) => {
    await expect(given(text, three, 'xml_merging.xml')).rejects.toThrow(message);
    await expect(given(text, three, 'xml_merging.xml')).rejects.toThrow(
      /^--placement: file:.*xml_merging\.xml: /,
    );
  });
});
