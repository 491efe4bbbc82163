import { describe, expect, it } from 'vitest';
import { acquisitionSchema, planeKey } from '../../../shared/acquisition/acquisition.ts';
import { readColmHeader } from '../../../shared/acquisition/colm/read-colm.ts';
import { scanColm } from '../../../shared/acquisition/colm/scan-colm.ts';
import { isGap } from '../../../shared/acquisition/problems.ts';
import { folderStore } from '../../../shared/adapters/local/folder-store.ts';
import { memoryStore } from '../../../shared/adapters/memory/store.ts';
import type { ObjectStore } from '../../../shared/engine/ports.ts';
import { encodeTiff } from '../../../shared/formats/tiff/write.ts';
import { sharedPath } from '../../shared-data.ts';
import { flatKey, planeBytes, putText, smallAcquisition } from '../small-acquisition.ts';

const all = { channels: 'all' } as const;
const scan = (store: ObjectStore) => scanColm(store, all);

describe('scanning a COLM acquisition', () => {
  it('describes a complete one with every key and no problem', async () => {
    const store = await smallAcquisition({ rows: 2, columns: 2, channels: [0, 1] });
    const { acquisition, problems } = await scan(store);
    expect(problems).toEqual([]);
    expect(acquisitionSchema.parse(acquisition)).toEqual(acquisition);
    expect(acquisition).toMatchObject({
      url: 'memory://brain',
      dataType: 'uint16',
      tileSize: [6, 5, 3],
      grid: { rows: 2, columns: 2 },
      nominalStep: { x: 4, y: 4 },
      channels: [0, 1],
      rawBytes: 2 * 4 * 3 * (136 + 60),
    });
    expect(acquisition.tiles.map(({ loc, row, column, directory }) => [loc, row, column, directory])).toEqual(
      [
        [0, 0, 0, 'LOC000'],
        [1, 0, 1, 'LOC001'],
        [2, 1, 0, 'LOC002'],
        [3, 1, 1, 'LOC003'],
      ],
    );
    for (const { loc, stacks } of acquisition.tiles)
      for (const stack of stacks) {
        expect(stack).toMatchObject({ exceptions: {}, missing: [], compressed: false });
        expect(stack.layout).toEqual({ fileBytes: 196, offset: 136, littleEndian: true });
        for (let plane = 0; plane < 3; plane++)
          expect(planeKey(stack, plane)).toBe(flatKey(loc, stack.channel, plane));
      }
  });

  it('reads headers, never whole planes', async () => {
    const store = await smallAcquisition({ tileSize: [100, 100, 3], columns: 1 });
    let bytes = 0;
    const counting = {
      ...store,
      getRanges: async (...asked: Parameters<ObjectStore['getRanges']>) => {
        const parts = await store.getRanges(...asked);
        bytes += parts?.reduce((sum, part) => sum + part.length, 0) ?? 0;
        return parts;
      },
    };
    await scan(counting);
    expect(bytes).toBeLessThanOrEqual(3 * 8192);
  });

  it('reads only the text files for the header', async () => {
    const store = await smallAcquisition();
    const header = await readColmHeader({
      ...store,
      getRanges: () => Promise.reject(new Error('a plane was read')),
    });
    expect(header).toMatchObject({ scanned: [0, 1], planes: 3 });
  });

  it.each([
    [
      'in a folder per channel',
      (l: number, c: number, p: number) => flatKey(l, c, p).replace('/VW0_', `/CHN0${c}/VW0_`),
    ],
    [
      'named by their folder alone',
      (l: number, c: number, p: number) => `VW0/LOC00${l}/CHN0${c}/PLN${p}.tif`,
    ],
    ['ending in .tiff', (l: number, c: number, p: number) => `${flatKey(l, c, p)}f`],
    ['ending in .TIF', (l: number, c: number, p: number) => flatKey(l, c, p).replace('.tif', '.TIF')],
  ])('finds planes %s', async (_, keyOf) => {
    const { acquisition, problems } = await scan(await smallAcquisition({ channels: [0, 1], keyOf }));
    expect(problems).toEqual([]);
    const stack = acquisition.tiles[1]?.stacks[1];
    expect(stack && planeKey(stack, 2)).toBe(keyOf(1, 1, 2));
  });

  it('knows more than ten channels and leaves out those not asked for', async () => {
    const channels = Array.from({ length: 12 }, (_, channel) => channel);
    const store = await smallAcquisition({ channels, columns: 1, tileSize: [2, 2, 1] });
    expect((await scan(store)).acquisition.channels).toEqual(channels);
    const { acquisition } = await scanColm(store, { channels: [11, 2] });
    expect(acquisition.channels).toEqual([2, 11]);
    expect(acquisition.tiles[0]?.stacks.map(({ channel }) => channel)).toEqual([2, 11]);
  });

  it('knows more than 1000 locations', async () => {
    const store = await smallAcquisition({ rows: 34, columns: 30, tileSize: [2, 2, 1] });
    const { acquisition, problems } = await scan(store);
    expect(problems).toEqual([]);
    expect(acquisition.tiles).toHaveLength(1020);
    expect(acquisition.tiles.at(-1)).toMatchObject({ loc: 1019, row: 33, column: 29, directory: 'LOC1019' });
  });

  it('knows more than 9999 planes, whose numbers have five digits', async () => {
    const store = await smallAcquisition({ columns: 1, tileSize: [1, 1, 10_050] });
    const { acquisition, problems } = await scan(store);
    expect(problems).toEqual([]);
    expect(acquisition.tiles[0]?.stacks[0]).toMatchObject({ digits: 4, exceptions: {}, missing: [] });
  });

  it('keeps planes whose names do not follow the others', async () => {
    const odd = 'VW0/LOC000/again_CHN00_PLN1.tiff';
    const keyOf = (loc: number, channel: number, plane: number) =>
      loc === 0 && plane === 1 ? odd : flatKey(loc, channel, plane);
    const { acquisition, problems } = await scan(await smallAcquisition({ keyOf }));
    expect(problems).toEqual([]);
    expect(acquisition.tiles[0]?.stacks[0]?.exceptions).toEqual({ 1: odd });
  });

  it('prefers numbers with zeros in front only where they are', async () => {
    const keyOf = (loc: number, channel: number, plane: number) =>
      `VW0/LOC${loc}/CHN${channel}_PLN${plane}.tif`;
    const { acquisition, problems } = await scan(await smallAcquisition({ keyOf, tileSize: [1, 1, 120] }));
    expect(problems).toEqual([]);
    expect(acquisition.tiles[0]?.stacks[0]).toMatchObject({ digits: 1, exceptions: {} });
    expect(acquisition.tiles[0]?.directory).toBe('LOC0');
  });

  it('takes images that are not square and z steps with a fraction', async () => {
    const store = await smallAcquisition({
      tileSize: [8, 4, 2],
      ini: { 'North Scan Region|Stack Step (mm)': '0.0045' },
    });
    const { acquisition, problems } = await scan(store);
    expect(problems).toEqual([]);
    expect(acquisition.tileSize).toEqual([8, 4, 2]);
    expect(acquisition.voxelSizeUm).toEqual([(0.585 * 2048) / 8, (0.585 * 2048) / 8, 4.5]);
  });

  it('leaves the layout open where planes of a stack differ, and says when one is compressed', async () => {
    const { default: sharp } = await import('sharp');
    const store = await smallAcquisition();
    const pixels = Uint16Array.from({ length: 30 }, (_, index) => index);
    const deflated = await sharp(pixels, { raw: { width: 6, height: 5, channels: 1 } })
      .toColourspace('grey16')
      .tiff({ compression: 'deflate' })
      .toBuffer();
    await store.put(flatKey(1, 0, 2), deflated);
    const { acquisition, problems } = await scan(store);
    expect(problems).toEqual([]);
    expect(acquisition.tiles.map(({ stacks }) => stacks[0]?.compressed)).toEqual([false, true]);
    expect(acquisition.tiles.map(({ stacks }) => stacks[0]?.layout === null)).toEqual([false, true]);
  });
});

describe('a COLM acquisition with gaps', () => {
  it('names a tile that was scanned and is not there, and keeps its place', async () => {
    const store = await smallAcquisition({ columns: 3 });
    await store.delete([0, 1, 2].map((plane) => flatKey(1, 0, plane)));
    const { acquisition, problems } = await scan(store);
    expect(problems).toEqual([
      { kind: 'missing-tile', loc: 1, message: 'VW0/LOC001 (row 0, column 1) was scanned but has no planes' },
    ]);
    expect(acquisition.tiles[1]).toEqual({ loc: 1, row: 0, column: 1, directory: 'LOC001', stacks: [] });
  });

  it('names a channel that a tile lacks', async () => {
    const store = await smallAcquisition({ channels: [0, 3] });
    await store.delete([0, 1, 2].map((plane) => flatKey(1, 3, plane)));
    const { problems } = await scan(store);
    expect(problems).toMatchObject([{ kind: 'missing-channel', loc: 1, channel: 3 }]);
  });

  it('names missing planes by file and number', async () => {
    const store = await smallAcquisition({ tileSize: [2, 2, 9] });
    await store.delete([2, 3, 4, 8].map((plane) => flatKey(0, 0, plane)));
    const { acquisition, problems } = await scan(store);
    expect(acquisition.tiles[0]?.stacks[0]?.missing).toEqual([2, 3, 4, 8]);
    expect(problems).toMatchObject([
      {
        kind: 'missing-plane',
        loc: 0,
        channel: 0,
        planes: [
          [2, 4],
          [8, 8],
        ],
        keys: [2, 3, 4, 8].map((plane) => flatKey(0, 0, plane)),
      },
    ]);
    expect(problems[0]?.message).toContain('4 planes are not there (2 to 4, 8)');
  });

  const sound = planeBytes([6, 5], (index) => index);
  const damages: readonly (readonly [what: string, bytes: Uint8Array, reason: string])[] = [
    ['cut short', sound.slice(0, 150), 'strip 0 ends at byte 196, the file at 150'],
    ['of zero bytes', new Uint8Array(0), 'the file is empty (0 bytes)'],
    ['of another size', planeBytes([7, 5], () => 0), '7 x 5 pixels, expected 6 x 5'],
    ['of another type', encodeTiff(6, 5, new Float32Array(30)), 'float32 pixels, expected uint16'],
    ['that is a text', new TextEncoder().encode('not an image at all'), 'not a TIFF file'],
  ];
  it.each(damages)('lists a plane %s and treats it as absent', async (_, bytes, reason) => {
    const store = await smallAcquisition();
    await store.put(flatKey(1, 0, 1), bytes);
    const { acquisition, problems } = await scan(store);
    expect(acquisition.tiles[1]?.stacks[0]).toMatchObject({ missing: [1] });
    expect(acquisition.tiles[1]?.stacks[0]?.layout).not.toBeNull();
    expect(problems).toMatchObject([
      { kind: 'damaged-plane', loc: 1, channel: 0, planes: [[1, 1]], keys: [flatKey(1, 0, 1)] },
    ]);
    expect(problems[0]?.message).toContain(`${flatKey(1, 0, 1)}: ${reason}`);
    expect(problems.every(isGap)).toBe(true);
  });

  it('does not hide a fault of the store behind a damaged plane', async () => {
    const store = await smallAcquisition();
    const failing = { ...store, getRanges: () => Promise.reject(new Error('connection lost')) };
    await expect(scan(failing)).rejects.toThrow(/^connection lost$/);
  });
});

describe('remarks about a COLM acquisition', () => {
  it('tells of a folder that is not marked as scanned, and does not use it', async () => {
    const { acquisition, problems } = await scan(await smallAcquisition({ cells: '1,0' }));
    expect(acquisition.tiles.map(({ loc }) => loc)).toEqual([0]);
    expect(problems).toMatchObject([{ kind: 'unscanned-folder', loc: 1 }]);
    expect(problems.some(isGap)).toBe(false);
  });

  it('tells of planes beyond the end and of numbers from 1', async () => {
    const keyOf = (loc: number, channel: number, plane: number) =>
      flatKey(loc, channel, plane + (loc === 1 ? 1 : 0));
    const { acquisition, problems } = await scan(await smallAcquisition({ keyOf }));
    expect(acquisition.tiles[1]?.stacks[0]?.missing).toEqual([0]);
    expect(problems.map(({ kind, loc }) => [kind, loc])).toEqual([
      ['missing-plane', 1],
      ['numbering', 1],
      ['extra-plane', 1],
    ]);
  });

  it('tells of two files with one number and uses the one that is named like the others', async () => {
    const store = await smallAcquisition();
    await store.put('VW0/LOC000/A_CHN00_PLN0001.tif', new Uint8Array(3));
    const { acquisition, problems } = await scan(store);
    expect(acquisition.tiles[0]?.stacks[0]).toMatchObject({ missing: [], exceptions: {} });
    expect(problems).toMatchObject([{ kind: 'duplicate-plane', keys: ['VW0/LOC000/A_CHN00_PLN0001.tif'] }]);
  });

  it('tells of a number of channels that the text file does not know, and of keys given twice', async () => {
    const store = await smallAcquisition({
      ini: { 'Experiment Settings|Num Enabled Channels': '4', 'objectives|north': '10x' },
    });
    const { problems } = await scan(store);
    expect(problems.map(({ kind }) => kind)).toEqual(['experiment-ini', 'channel-count']);
  });

  it('passes over other files', async () => {
    const store = await smallAcquisition();
    for (const key of [
      'VW0/notes.txt',
      'VW0/LOC000/._VW0_CHN00_PLN0000.tif',
      'VW0/LOC000/a/b/CHN00_PLN0000.tif',
    ])
      await putText(store, key, 'x');
    expect((await scan(store)).problems).toEqual([]);
  });
});

describe('what is no usable COLM acquisition', () => {
  const refused = (kind: string) =>
    expect.objectContaining({ name: 'AcquisitionError', kind, permanent: true });

  it('is refused where the folder holds something else', async () => {
    const store = memoryStore('memory://holiday');
    await putText(store, 'photo.jpg', '');
    await expect(readColmHeader(store)).rejects.toThrow(refused('not-colm'));
    await expect(readColmHeader(store)).rejects.toThrow(
      'memory://holiday: not a COLM acquisition. Give the folder that holds Experiment.ini, Scanned Cells.txt and VW0/.',
    );
  });

  it.each(['Experiment.ini', 'Scanned Cells.txt'])('is refused without %s', async (file) => {
    const store = await smallAcquisition();
    await store.delete([file]);
    await expect(readColmHeader(store)).rejects.toThrow(refused('missing-file'));
    await expect(readColmHeader(store)).rejects.toThrow(`memory://brain/${file}: no such file`);
  });

  it('is refused with an empty Experiment.ini', async () => {
    const store = await smallAcquisition();
    await putText(store, 'Experiment.ini', '');
    await expect(readColmHeader(store)).rejects.toThrow(refused('empty-file'));
  });

  it('is refused where the cells have another shape than the grid', async () => {
    await expect(readColmHeader(await smallAcquisition({ cells: '1\n1\n' }))).rejects.toThrow(
      refused('shape'),
    );
  });

  it('is refused without any plane, with an example of what is there instead', async () => {
    const keyOf = (loc: number, _: number, plane: number) => `VW0/LOC00${loc}/image${plane}.tif`;
    const store = await smallAcquisition({ keyOf });
    await expect(scan(store)).rejects.toThrow(refused('no-planes'));
    await expect(scan(store)).rejects.toThrow('found for example VW0/LOC000/image0.tif');
  });

  it('is refused where every plane has another size', async () => {
    const store = await smallAcquisition({ ini: { 'Experiment Settings|X Resolution': '2048' } });
    await expect(scan(store)).rejects.toThrow(refused('no-planes'));
    await expect(scan(store)).rejects.toThrow('6 x 5 pixels, expected 2048 x 5');
  });

  it('is refused where a channel that is asked for is not there', async () => {
    const store = await smallAcquisition({ channels: [0, 2] });
    await expect(scanColm(store, { channels: [0, 1] })).rejects.toThrow(refused('missing-channel'));
    await expect(scanColm(store, { channels: [0, 1] })).rejects.toThrow('channel 1. Choose from 0, 2.');
  });
});

const tissue = sharedPath('data', 'colm_cellfinder_3x4');
describe.skipIf(tissue === undefined)('real tissue (needs ../shared/data)', () => {
  it('has 11 tiles, two channels and compressed planes', async () => {
    const { acquisition, problems } = await scan(folderStore(tissue ?? ''));
    expect(problems).toEqual([]);
    expect(acquisition).toMatchObject({
      grid: { rows: 3, columns: 4 },
      tileSize: [128, 128, 16],
      nominalStep: { x: 107, y: 107 },
      voxelSizeUm: [9.36, 9.36, 5],
      channels: [0, 1],
    });
    expect(acquisition.tiles.map(({ loc }) => loc)).toEqual([0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 11]);
    for (const { stacks } of acquisition.tiles)
      expect(stacks.map(({ channel, missing, compressed }) => [channel, missing.length, compressed])).toEqual(
        [
          [0, 0, true],
          [1, 0, true],
        ],
      );
  });
});
