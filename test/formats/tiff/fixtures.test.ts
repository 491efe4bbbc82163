/** Files that many programs wrote, sound and damaged, with the hash of their pixels (../shared/fixtures/tiff). */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readTiff } from '../../../shared/formats/tiff/read.ts';
import { tiffInMemory } from '../../../shared/formats/tiff/source.ts';
import { TiffError } from '../../../shared/formats/tiff/tiff-error.ts';
import { sharedPath } from '../../shared-data.ts';

interface Entry {
  readonly file: string;
  readonly verdict: 'decodable-grey' | 'optional' | 'refuse';
  readonly tier?: number;
  readonly compression?: string;
  readonly bits_per_sample?: number;
  readonly sample_format?: string;
  readonly photometric?: string;
  readonly width?: number;
  readonly height?: number;
  readonly sha256?: string;
}

const folder = sharedPath('fixtures', 'tiff');
const entries: Entry[] =
  folder === undefined ? [] : JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8')).entries;

const load = (file: string) => tiffInMemory(file, readFileSync(join(folder ?? '', file)));
const sha256 = (pixels: Uint8Array) => createHash('sha256').update(pixels).digest('hex');

/** What a plane of an acquisition may be. */
const isOrdinary = (entry: Entry): boolean =>
  entry.verdict === 'decodable-grey' &&
  (entry.tier === 1 || entry.compression === 'zstd') &&
  [8, 16].includes(entry.bits_per_sample ?? 0) &&
  entry.sample_format === 'uint' &&
  entry.photometric === 'min-is-black';

describe.skipIf(folder === undefined)('TIFF files of other programs (needs ../shared/fixtures)', () => {
  it.each(entries.filter(isOrdinary))('reads $file exactly', async ({ file, width, height, ...entry }) => {
    const image = await readTiff(load(file));
    expect([image.width, image.height]).toEqual([width, height]);
    const { buffer, byteOffset, byteLength } = image.pixels;
    expect(sha256(new Uint8Array(buffer, byteOffset, byteLength))).toBe(entry.sha256);
  });

  it.each(entries.filter((entry) => entry.verdict !== 'refuse' && !isOrdinary(entry)))(
    'reads $file exactly or refuses it by name',
    async ({ file, ...entry }) => {
      const image = await readTiff(load(file)).catch((error: unknown) => error);
      if (image instanceof TiffError) return expect(image.kind).toBe('unsupported');
      if (image instanceof Error) throw image;
      const { buffer, byteOffset, byteLength } = (image as Awaited<ReturnType<typeof readTiff>>).pixels;
      expect(sha256(new Uint8Array(buffer, byteOffset, byteLength))).toBe(entry.sha256);
    },
  );

  it.each(entries.filter((entry) => entry.verdict === 'refuse'))(
    'refuses $file by name',
    async ({ file }) => {
      const error = await readTiff(load(file)).then(
        (image) => `${image.width} x ${image.height}`,
        (refusal: unknown) => refusal,
      );
      expect(error).toBeInstanceOf(TiffError);
      expect((error as TiffError).message).toContain(file);
    },
  );
});
