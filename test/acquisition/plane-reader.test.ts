import { describe, expect, it } from 'vitest';
import type { Acquisition, Stack } from '../../shared/acquisition/acquisition.ts';
import { scanColm } from '../../shared/acquisition/colm/scan-colm.ts';
import { openPlanes } from '../../shared/acquisition/plane-reader.ts';
import { folderStore } from '../../shared/adapters/local/folder-store.ts';
import type { ByteRange, ObjectStore } from '../../shared/engine/ports.ts';
import { readTiff } from '../../shared/formats/tiff/read.ts';
import { tiffInStore } from '../../shared/formats/tiff/source.ts';
import { seededRandom } from '../../shared/numerics/random.ts';
import { sharedPath } from '../shared-data.ts';
import { flatKey, pixelAt, planeBytes, smallAcquisition } from './small-acquisition.ts';

const WIDTH = 20;
const HEIGHT = 12;
const whole = { x0: 0, x1: WIDTH, y0: 0, y1: HEIGHT };
const key = flatKey(0, 0, 1);

async function onePlane(bytes?: Uint8Array) {
  const store = await smallAcquisition({ columns: 1, tileSize: [WIDTH, HEIGHT, 2] });
  if (bytes !== undefined) await store.put(key, bytes);
  return opened(store);
}

async function opened(store: ObjectStore) {
  const { acquisition } = await scanColm(store, { channels: 'all' });
  const asked: ByteRange[] = [];
  const watched: ObjectStore = {
    ...store,
    getRanges: (name, ranges) => {
      asked.push(...ranges);
      return store.getRanges(name, ranges);
    },
    getRows: (name, rows, into) => {
      const { start, bytes, stride, count } = rows;
      const runs = stride === bytes ? 1 : count;
      for (let run = 0; run < runs; run++)
        asked.push({ start: start + run * stride, end: start + run * stride + (bytes * count) / runs });
      return store.getRows(name, rows, into);
    },
  };
  const stack = acquisition.tiles[0]?.stacks[0] as Stack;
  return { store, acquisition, stack, planes: openPlanes(watched, acquisition), asked };
}

const bytesIn = (ranges: readonly ByteRange[]): number =>
  ranges.reduce((sum, { start, end }) => sum + end - start, 0);

const expected = (
  { x0, x1, y0, y1 }: typeof whole,
  value = (index: number) => pixelAt(0, 0, 1, index),
): Uint16Array =>
  Uint16Array.from({ length: (x1 - x0) * (y1 - y0) }, (_, i) =>
    value((y0 + Math.floor(i / (x1 - x0))) * WIDTH + x0 + (i % (x1 - x0))),
  );

/** A classic TIFF of 16 bits with a strip per row, strips in any order and apart from each other. */
function scatteredStrips(value: (index: number) => number, bigEndian: boolean): Uint8Array {
  const directoryAt = 8;
  const listsAt = directoryAt + 2 + 9 * 12 + 4;
  const pixelsAt = listsAt + HEIGHT * 8;
  const step = WIDTH * 2 + 6;
  const bytes = new Uint8Array(pixelsAt + HEIGHT * step);
  const view = new DataView(bytes.buffer);
  const little = !bigEndian;
  view.setUint16(0, bigEndian ? 0x4d4d : 0x4949);
  view.setUint16(2, 42, little);
  view.setUint32(4, directoryAt, little);
  view.setUint16(directoryAt, 9, little);
  const tags = [
    [256, 4, 1, WIDTH],
    [257, 4, 1, HEIGHT],
    [258, 4, 1, 16],
    [259, 4, 1, 1],
    [262, 4, 1, 1],
    [273, 4, HEIGHT, listsAt],
    [277, 4, 1, 1],
    [278, 4, 1, 1],
    [279, 4, HEIGHT, listsAt + HEIGHT * 4],
  ] as const;
  for (const [index, [tag, type, count, stored]] of tags.entries()) {
    const at = directoryAt + 2 + index * 12;
    view.setUint16(at, tag, little);
    view.setUint16(at + 2, type, little);
    view.setUint32(at + 4, count, little);
    view.setUint32(at + 8, stored, little);
  }
  for (let y = 0; y < HEIGHT; y++) {
    const offset = pixelsAt + ((y * 5) % HEIGHT) * step;
    view.setUint32(listsAt + y * 4, offset, little);
    view.setUint32(listsAt + HEIGHT * 4 + y * 4, WIDTH * 2, little);
    for (let x = 0; x < WIDTH; x++) view.setUint16(offset + x * 2, value(y * WIDTH + x), little);
  }
  return bytes;
}

/** Rows in one strip, bytes of a pixel swapped. */
function bigEndianPlane(value: (index: number) => number): Uint8Array {
  const sound = planeBytes([WIDTH, HEIGHT], value);
  const view = new DataView(sound.buffer);
  const swapped = sound.slice();
  const target = new DataView(swapped.buffer);
  target.setUint16(0, 0x4d4d);
  target.setUint16(2, 42);
  target.setUint32(4, 8);
  target.setUint16(8, 10);
  for (let at = 10; at < 130; at += 12) {
    const type = view.getUint16(at + 2, true);
    target.setUint16(at, view.getUint16(at, true));
    target.setUint16(at + 2, type);
    target.setUint32(at + 4, 1);
    if (type === 3) target.setUint32(at + 8, view.getUint16(at + 8, true) << 16);
    else target.setUint32(at + 8, view.getUint32(at + 8, true));
  }
  for (let at = 136; at < sound.length; at += 2) target.setUint16(at, view.getUint16(at, true));
  return swapped;
}

describe('reading a region of a plane', () => {
  it('reads no header and no byte too many where the layout is known', async () => {
    const { planes, stack, asked } = await onePlane();
    const region = { x0: 3, x1: 8, y0: 2, y1: 6 };
    const into = new Uint16Array(20);
    expect(await planes.readRegion(stack, 1, region, into)).toBe('ok');
    expect(into).toEqual(expected(region));
    expect(asked).toHaveLength(4);
    expect(bytesIn(asked)).toBe(4 * 5 * 2);
  });

  it('reads wide regions as one span and whole rows without a copy of their own', async () => {
    const { planes, stack, asked } = await onePlane();
    const wide = { x0: 2, x1: 18, y0: 1, y1: 11 };
    const into = new Uint16Array(160);
    await planes.readRegion(stack, 1, wide, into);
    expect(into).toEqual(expected(wide));
    expect(asked).toHaveLength(1);
    expect(bytesIn(asked)).toBe((9 * WIDTH + 16) * 2);
    const all = new Uint16Array(WIDTH * HEIGHT);
    await planes.readRegion(stack, 1, whole, all);
    expect(all).toEqual(expected(whole));
    expect(bytesIn(asked.slice(1))).toBe(WIDTH * HEIGHT * 2);
  });

  it('gives the same pixels for any region, byte order and cut into strips', async () => {
    const seed = 7;
    const random = seededRandom(seed);
    const value = (index: number) => (index * 40_503) % 65_536;
    const files = {
      'one strip': planeBytes([WIDTH, HEIGHT], value),
      'big endian': bigEndianPlane(value),
      'scattered strips': scatteredStrips(value, false),
      'scattered strips, big endian': scatteredStrips(value, true),
      deflate: await deflated(value),
    };
    for (const [name, bytes] of Object.entries(files)) {
      const { planes, stack } = await onePlane(bytes);
      expect(stack.missing, name).toEqual([]);
      for (let round = 0; round < 40; round++) {
        const [x0, y0] = [Math.floor(random() * WIDTH), Math.floor(random() * HEIGHT)];
        const [x1, y1] = [
          x0 + 1 + Math.floor(random() * (WIDTH - x0)),
          y0 + 1 + Math.floor(random() * (HEIGHT - y0)),
        ];
        const region = { x0, x1, y0, y1 };
        const into = new Uint16Array((x1 - x0) * (y1 - y0));
        await planes.readRegion(stack, 1, region, into);
        expect(into, `${name}, seed ${seed}, ${JSON.stringify(region)}`).toEqual(expected(region, value));
      }
    }
  });

  it('uses the layout for big-endian planes, too', async () => {
    const value = (index: number) => index * 257 + 1;
    const store = await smallAcquisition({ columns: 1, tileSize: [WIDTH, HEIGHT, 2] });
    for (const plane of [0, 1]) await store.put(flatKey(0, 0, plane), bigEndianPlane(value));
    const { planes, stack } = await opened(store);
    expect(stack.layout).toEqual({ fileBytes: 136 + WIDTH * HEIGHT * 2, offset: 136, littleEndian: false });
    const into = new Uint16Array(WIDTH * HEIGHT);
    await planes.readRegion(stack, 1, whole, into);
    expect(into).toEqual(expected(whole, value));
  });

  it('says that a plane is missing and leaves the pixels alone', async () => {
    const { planes, stack } = await onePlane(new Uint8Array(0));
    const into = new Uint16Array(WIDTH * HEIGHT).fill(9);
    expect(await planes.readRegion(stack, 1, whole, into)).toBe('missing');
    expect(new Set(into)).toEqual(new Set([9]));
  });
});

describe('a plane that changed after the scan', () => {
  const damaged = (reason: string) => expect.objectContaining({ name: 'DamagedPlaneError', key, reason });
  const read = ({ planes, stack }: Awaited<ReturnType<typeof onePlane>>) =>
    planes.readRegion(stack, 1, whole, new Uint16Array(WIDTH * HEIGHT));

  it('is damaged when it is shorter or gone', async () => {
    const made = await onePlane();
    await made.store.put(key, planeBytes([WIDTH, HEIGHT], () => 0).slice(0, 300));
    await expect(read(made)).rejects.toThrow(damaged('the file is shorter than it was when it was scanned'));
    await made.store.delete([key]);
    await expect(read(made)).rejects.toThrow(damaged('the file is gone'));
  });

  it('is damaged when its compressed pixels are', async () => {
    const bytes = await deflated((index) => (index * 7919) % 65_536);
    const made = await onePlane(bytes);
    await made.store.put(
      key,
      bytes.map((byte, at) => (at > 8 && at < 60 ? 0xa5 : byte)),
    );
    await expect(read(made)).rejects.toThrow(expect.objectContaining({ name: 'DamagedPlaneError', key }));
  });

  it('is not damaged when the store fails: that may pass', async () => {
    const { store, acquisition, stack } = await onePlane();
    const failing = { ...store, getRows: () => Promise.reject(new Error('connection lost')) };
    const planes = openPlanes(failing, acquisition);
    await expect(planes.readRegion(stack, 1, whole, new Uint16Array(240))).rejects.toThrow(
      /^connection lost$/,
    );
  });
});

async function deflated(value: (index: number) => number): Promise<Uint8Array> {
  const { default: sharp } = await import('sharp');
  const pixels = Uint16Array.from({ length: WIDTH * HEIGHT }, (_, index) => value(index));
  const file = await sharp(pixels, { raw: { width: WIDTH, height: HEIGHT, channels: 1 } })
    .toColourspace('grey16')
    .tiff({ compression: 'deflate', predictor: 'none' })
    .toBuffer();
  return new Uint8Array(file);
}

const tissue = sharedPath('data', 'colm_cellfinder_3x4');
describe.skipIf(tissue === undefined)('planes of real tissue (needs ../shared/data)', () => {
  it('are cut from the decoded plane', async () => {
    const store = folderStore(tissue ?? '');
    const { acquisition } = await scanColm(store, { channels: [1] });
    const [stack] = (acquisition as Acquisition).tiles[4]?.stacks ?? [];
    const region = { x0: 10, x1: 100, y0: 20, y1: 90 };
    const into = new Uint16Array(90 * 70);
    await openPlanes(store, acquisition).readRegion(stack as Stack, 7, region, into);
    const image = await readTiff(await tiffInStore(store, flatKey(4, 1, 7)));
    expect(into[0]).toBe(image.pixels[20 * 128 + 10]);
    expect(into[69 * 90 + 89]).toBe(image.pixels[89 * 128 + 99]);
    expect(Math.max(...into)).toBeGreaterThan(Math.min(...into));
  });
});
