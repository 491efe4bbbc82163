/** Volumes and TIFF files that many programs wrote, by planes: each exact, or refused with a reason (../shared/fixtures). */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { isPermanent } from '../../../shared/engine/errors.ts';
import { type ElementArray, elementTypeOf } from '../../../shared/formats/elements.ts';
import { openImageSource } from '../../../shared/formats/image-source/open-image-source.ts';
import { TiffError } from '../../../shared/formats/tiff/tiff-error.ts';
import { sharedPath } from '../../shared-data.ts';
import { type ArrayFixture, sha256 } from '../fixtures.ts';
import { readAll } from './read-all.ts';

interface VolumeEntry extends ArrayFixture {
  readonly format: string;
}

interface TiffEntry {
  readonly file: string;
  readonly verdict: 'decodable-grey' | 'optional' | 'refuse';
  readonly shape?: readonly number[];
  readonly dtype?: string;
  readonly sha256?: string;
  readonly page_sha256?: readonly string[];
}

/** Few are in the checkout, all beside it. */
const few = (name: string): string => fileURLToPath(new URL(`../../fixtures/${name}`, import.meta.url));
const all = (name: string): string | undefined => sharedPath('fixtures', name);

const entriesOf = <Entry>(folder: string | undefined): Entry[] =>
  folder === undefined ? [] : JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8')).entries;

const named = <Entry extends { readonly file: string }>(entries: readonly Entry[]) =>
  entries.map((entry) => [entry.file, entry] as const);

function volumesAsTheIndexSays(folder: string): void {
  const volumes = entriesOf<VolumeEntry>(folder);
  const sound = volumes.filter(({ verdict }) => verdict === 'decodable');

  it.each(named(sound))('are exact: %s', async (file, { dtype, shape_xyz, sha256: hash, ...entry }) => {
    for (const step of [1, 4, 1000]) {
      const source = await openImageSource(join(folder, file));
      const found = await readAll(source, step);
      const isC = entry.format === 'npy' && !entry.header?.fortran_order;
      const { data, shape } = isC
        ? transposed(found, source.sizeVoxels)
        : { data: found, shape: source.sizeVoxels };
      expect(flat([...shape, source.channels])).toEqual(flat(shape_xyz ?? []));
      if (entry.scaled_min !== undefined) {
        expectScaled(found, entry);
        continue;
      }
      if (hash) expect(sha256(data)).toBe(hash);
      expect(elementTypeOf(data)).toBe({ bool: 'uint8', '>u2': 'uint16' }[dtype ?? ''] ?? dtype);
    }
  });

  it.each(named(volumes.filter(({ verdict }) => verdict === 'refuse')))('are refused: %s', async (file) => {
    const read = async () => readAll(await openImageSource(join(folder, file)), 3);
    const error = await read().then(
      () => 'read',
      (refusal: unknown) => refusal,
    );
    expect(isPermanent(error), String(error)).toBe(true);
  });

  it('tell which slice is missing', async () => {
    const { warnings } = await openImageSource(join(folder, 'series_gap'));
    expect(warnings).toEqual([
      expect.stringMatching(
        /^1 of the series' files seem to be missing, between s1.png and s6.png: s4.png\. /,
      ),
    ]);
  });
}

describe('volumes by planes, a few', () => volumesAsTheIndexSays(few('volumes')));

const volumes = all('volumes');
describe.skipIf(volumes === undefined)('volumes by planes, all (needs ../shared/fixtures)', () => {
  if (volumes === undefined) return;
  volumesAsTheIndexSays(volumes);

  it('have no warning where no slice is missing', async () => {
    const { warnings } = await openImageSource(join(volumes, 'series_tifz_prefix_numbers'));
    expect(warnings).toEqual([]);
  });
});

/** Ones are the index's to leave out. */
const flat = (shape: readonly number[]): number[] => shape.filter((size) => size !== 1);

function expectScaled(data: ElementArray, { scaled_min, scaled_max }: ArrayFixture): void {
  const values = data as Float32Array;
  expect([values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))]).toEqual([
    Math.fround(scaled_min!),
    Math.fround(scaled_max!),
  ]);
}

/** The index counts the axes of .npy as the header does, and has the first as the fastest. */
function transposed(data: ElementArray, [x, y, z]: readonly [number, number, number]) {
  const out = data.slice() as Uint8Array;
  for (let i = 0, to = 0; i < x; i++)
    for (let j = 0; j < y; j++)
      for (let k = 0; k < z; k++) out[to++] = (data as Uint8Array)[i + x * (j + y * k)]!;
  return { data: out as ElementArray, shape: [z, y, x] };
}

const mustRead = ({ verdict }: TiffEntry): boolean => verdict === 'decodable-grey';
/** Pages of another size and type are no planes of one image. */
const hasMixedPages = ({ file }: TiffEntry): boolean => file === 'tf_mixed_pages.tif';

function tiffsAsTheIndexSays(folder: string): void {
  const tiffs = entriesOf<TiffEntry>(folder);

  it.each(named(tiffs.filter((one) => mustRead(one) && !hasMixedPages(one))))(
    'are exact: %s',
    async (file, entry) => {
      const source = await openImageSource(join(folder, file));
      const data = await readAll(source, 1);
      const [x, y, z] = source.sizeVoxels;
      expect([y, x]).toEqual(entry.shape);
      // Of a pyramid the first page alone.
      const pages = (entry.page_sha256 ?? [entry.sha256]).slice(0, z);
      for (const [page, hash] of pages.entries())
        expect(sha256(data.subarray(page * x * y, (page + 1) * x * y)), `page ${page}`).toBe(hash);
    },
  );

  it.each(named(tiffs.filter((one) => one.verdict !== 'refuse' && (!mustRead(one) || hasMixedPages(one)))))(
    'are exact or refused by name: %s',
    async (file, entry) => {
      const read = async () => {
        const source = await openImageSource(join(folder, file));
        const data = await readAll(source, 1);
        return data.subarray(0, source.sizeVoxels[0] * source.sizeVoxels[1]);
      };
      const found = await read().catch((error: Error) => error);
      if (!(found instanceof Error)) return expect(sha256(found)).toBe(entry.sha256);
      expect(found).toBeInstanceOf(TiffError);
      expect(found).toMatchObject({ kind: 'unsupported' });
    },
  );

  // What is called .tif and is a PNG is read as what it is.
  const bad = tiffs.filter(({ verdict, file }) => verdict === 'refuse' && file !== 'bad_not_a_tiff.tif');
  it.each(named(bad))('are refused: %s', async (file) => {
    const read = async () => readAll(await openImageSource(join(folder, file)), 1);
    const error = await read().then(
      () => 'read',
      (refusal: unknown) => refusal,
    );
    expect(isPermanent(error), String(error)).toBe(true);
  });
}

describe('TIFF files by planes, a few', () => tiffsAsTheIndexSays(few('tiff')));

const tiffs = all('tiff');
describe.skipIf(tiffs === undefined)('TIFF files by planes, all (needs ../shared/fixtures)', () => {
  if (tiffs !== undefined) tiffsAsTheIndexSays(tiffs);
});
