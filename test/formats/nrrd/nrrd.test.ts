import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { arrayFileAt, arrayFileInMemory } from '../../../shared/formats/array-file.ts';
import { elementTypes, makeElements } from '../../../shared/formats/elements.ts';
import { readNrrd } from '../../../shared/formats/nrrd/read.ts';
import { encodeDetachedNrrd, encodeNrrd } from '../../../shared/formats/nrrd/write.ts';
import { seededRandom } from '../../../shared/numerics/random.ts';
import { arrayFixtures, sha256 } from '../fixtures.ts';

const fixtures = arrayFixtures('nrrd');
const sound = fixtures.filter(({ verdict }) => verdict === 'decodable');
const bad = fixtures.filter(({ verdict }) => verdict === 'refuse');

describe.skipIf(fixtures.length === 0)('NRRD files of other programs', () => {
  it.each(sound.map((one) => [one.file, one] as const))('are read: %s', async (_, fixture) => {
    const { type, shape, data, meta } = await readNrrd(await arrayFileAt(fixture.path));
    expect({ type, shape }).toEqual({ type: fixture.dtype, shape: fixture.shape_xyz });
    expect(sha256(data)).toBe(fixture.sha256);
    const { space_directions, space_origin, spacings, units } = fixture.header ?? {};
    if (space_directions) expect(meta.spaceDirections).toEqual(space_directions);
    if (space_origin) expect(meta.spaceOrigin).toEqual(space_origin);
    if (spacings) expect(meta.spacings).toEqual(spacings);
    if (units && meta.units) expect(meta.units).toEqual(units);
  });

  it.each(bad.map((one) => [one.file, one] as const))('are refused: %s', async (_, fixture) => {
    await expect(readNrrd(await arrayFileAt(fixture.path))).rejects.toThrow(fixture.file);
  });
});

describe('NRRD files of our own', () => {
  const meta = {
    content: 'a test',
    space: 'left-posterior-superior',
    spaceDirections: [[0.5, 0, 0], undefined, [0, 0.25, 2]],
    spaceOrigin: [1, -2, 3.5],
    spaceUnits: ['um', 'um', 'um'],
    kinds: ['domain', 'vector', 'domain'],
    keyValues: { unit: 'um', 'two\nlines': 'back\\slash\nand more' },
  };
  const shape = [5, 3, 2];

  it.each(elementTypes)('come back as they were: %s', async (type) => {
    const random = seededRandom(4);
    const data = makeElements(type, 30);
    for (let i = 0; i < 30; i++) {
      const value = Math.floor(random() * 250) - (type.startsWith('u') ? 0 : 120);
      data[i] = type.endsWith('int64') ? BigInt(value) : value;
    }
    for (const encoding of ['raw', 'gzip'] as const) {
      const file = arrayFileInMemory('a.nrrd', encodeNrrd({ shape, data, meta }, encoding));
      expect(await readNrrd(file)).toEqual({ type, shape, data, meta });
    }
  });

  it('may keep their data in a file of its own', async () => {
    const data = Uint16Array.from({ length: 30 }, (_, i) => i * i);
    const parts = encodeDetachedNrrd({ shape, data, meta }, 'a.raw.gz');
    const file = arrayFileInMemory('a.nhdr', parts.header);
    const sibling = async (name: string) => arrayFileInMemory(name, parts.data);
    expect((await readNrrd({ ...file, sibling })).data).toEqual(data);
  });

  const header = (lines: string) => `NRRD0004\ntype: uint16\ndimension: 2\n${lines}\n\n`;
  const fileOf = (text: string, data: Uint8Array = new Uint8Array()) =>
    arrayFileInMemory('a.nrrd', Buffer.concat([Buffer.from(text, 'latin1'), data]));

  it.each([
    ['sizes: 0 4\nencoding: raw\nendian: little', 'sizes 0 x 4'],
    ['sizes: 2 x\nencoding: raw\nendian: little', 'sizes 2 x NaN'],
    ['sizes: 4\nencoding: raw\nendian: little', 'dimension 2, but sizes 4'],
    ['sizes: 2 2\nencoding: raw', 'endian is missing'],
    ['sizes: 2 2\nencoding: raw\nendian: little\nbyte skip: -3', 'byte skip is -3'],
    ['sizes: 2 2\nencoding: raw\nendian: little\nspacings: 1', 'spacings has 1 entries'],
    ['sizes: 2 2\nencoding: raw\nendian: little\nnonsense', 'header line "nonsense"'],
    ['sizes: 2 2\nendian: little', 'no "encoding"'],
    ['sizes: 30000 30000\nencoding: gzip\nendian: little', 'asks for 1800000000 bytes'],
    [
      'sizes: 2 2\nencoding: raw\nendian: little\ndata file: a_%d.raw 1 9e9 1',
      'data file "a_%d.raw 1 9e9 1"',
    ],
  ])('are refused where their header is wrong: %j', async (lines, message) => {
    await expect(readNrrd(fileOf(header(lines), new Uint8Array(16)))).rejects.toThrow(message);
  });

  it('are refused where gzip holds less than the sizes say, or is damaged', async () => {
    const text = header('sizes: 100 100\nencoding: gzip\nendian: little');
    const whole = gzipSync(Buffer.alloc(20_000, 'ab'));
    await expect(readNrrd(fileOf(text, gzipSync(Buffer.alloc(500, 7))))).rejects.toThrow(
      'end after 500 bytes',
    );
    await expect(readNrrd(fileOf(text, whole.subarray(0, -9)))).rejects.toThrow('damaged or cut short');
    whole[whole.length - 6]! ^= 1;
    await expect(readNrrd(fileOf(text, whole))).rejects.toThrow('damaged or cut short');
  });
});
