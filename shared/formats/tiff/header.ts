/** What a TIFF's first image is and where its pixels lie, checked against the file's size. */

import { MOST_ZSTD_EXPANSION } from '../zstd.ts';
import { type Directory, readDirectory } from './directory.ts';
import type { TiffSource } from './source.ts';
import { TiffError } from './tiff-error.ts';

/** Strips (rows across the whole width) or tiles; a strip is `width` x `rowsPerStrip`. */
interface TiffSegments {
  readonly kind: 'strips' | 'tiles';
  readonly width: number;
  readonly height: number;
  readonly offsets: readonly number[];
  readonly byteCounts: readonly number[];
}

export interface TiffHeader {
  readonly littleEndian: boolean;
  readonly bigTiff: boolean;
  readonly width: number;
  readonly height: number;
  readonly bitsPerSample: number;
  readonly sampleFormat: number;
  readonly samplesPerPixel: number;
  /** 1: none. */
  readonly compression: number;
  /** 1: none. */
  readonly predictor: number;
  /** 0: white is zero, 1: black is zero, 2: RGB, 3: palette. */
  readonly photometric: number;
  readonly fillOrder: number;
  /** Planes of a three-dimensional image in one page (a private extension); 1 in ordinary files. */
  readonly imageDepth: number;
  readonly segments: TiffSegments;
  readonly pages: number;
  readonly fileBytes: number;
}

export const UNCOMPRESSED = 1;
export const ZSTD = 50000;

const TAG = {
  width: 256,
  height: 257,
  bitsPerSample: 258,
  compression: 259,
  photometric: 262,
  fillOrder: 266,
  stripOffsets: 273,
  samplesPerPixel: 277,
  rowsPerStrip: 278,
  stripByteCounts: 279,
  planarConfiguration: 284,
  predictor: 317,
  tileWidth: 322,
  tileHeight: 323,
  tileOffsets: 324,
  tileByteCounts: 325,
  sampleFormat: 339,
  imageDepth: 32997,
} as const;

/** What no other lossless codec of TIFF exceeds (LZW: 12 bits may stand for 4 KiB). */
const MOST_EXPANSION = 3000;

/** Pixels of which one byte holds more are a lie or a bomb. */
export const mostExpansion = ({ compression }: Pick<TiffHeader, 'compression'>): number =>
  compression === ZSTD ? MOST_ZSTD_EXPANSION : MOST_EXPANSION;

/** Reads the header and checks that all pixels it speaks of lie within the file. Throws `TiffError`. */
export const readTiffHeader = async (source: TiffSource): Promise<TiffHeader> =>
  tiffHeaderOf(await readDirectory(source), source);

/** Of one image of the file. Throws `TiffError`. */
export async function tiffHeaderOf(directory: Directory, source: TiffSource): Promise<TiffHeader> {
  const one = async (tag: number, fallback: number): Promise<number> =>
    (await directory.numbers(tag, 1))[0] ?? fallback;
  const header = {
    littleEndian: directory.littleEndian,
    bigTiff: directory.bigTiff,
    width: await one(TAG.width, 0),
    height: await one(TAG.height, 0),
    bitsPerSample: await one(TAG.bitsPerSample, 1),
    sampleFormat: await one(TAG.sampleFormat, 1),
    samplesPerPixel: await one(TAG.samplesPerPixel, 1),
    compression: await one(TAG.compression, UNCOMPRESSED),
    predictor: await one(TAG.predictor, 1),
    photometric: await one(TAG.photometric, 1),
    fillOrder: await one(TAG.fillOrder, 1),
    imageDepth: await one(TAG.imageDepth, 1),
    pages: directory.pages,
    fileBytes: source.size,
  };
  checkNumbers(header, source);
  const arrays = (await one(TAG.planarConfiguration, 1)) === 2 ? header.samplesPerPixel : 1;
  const segments = await readSegments(directory, header, arrays, source);
  checkSegments(header, segments, source);
  return { ...header, segments };
}

type ImageNumbers = Omit<TiffHeader, 'segments'>;

function checkNumbers(header: ImageNumbers, { name, size }: TiffSource): void {
  const { width, height, bitsPerSample, samplesPerPixel, compression } = header;
  const damaged = (reason: string) => new TiffError('damaged', name, reason);
  if (width < 1 || height < 1) throw damaged(`the image is ${width} x ${height} pixels`);
  if (bitsPerSample < 1 || bitsPerSample > 64) throw damaged(`${bitsPerSample} bits per sample`);
  if (samplesPerPixel < 1) throw damaged(`${samplesPerPixel} samples per pixel`);
  const pixelBytes = (width * height * bitsPerSample * samplesPerPixel) / 8;
  if (compression === UNCOMPRESSED && pixelBytes > size)
    throw new TiffError('truncated', name, `${width} x ${height} pixels cannot lie in ${size} bytes`);
  if (pixelBytes > size * mostExpansion(header))
    throw damaged(`${width} x ${height} pixels cannot lie in ${size} bytes`);
}

async function readSegments(
  directory: Directory,
  header: ImageNumbers,
  arrays: number,
  source: TiffSource,
): Promise<TiffSegments> {
  const isTiled = directory.count(TAG.tileOffsets) > 0;
  const [width, height] = isTiled ? await tileShape(directory, source) : await stripShape(directory, header);
  const needed = Math.ceil(header.width / width) * Math.ceil(header.height / height) * arrays;
  const offsetTag = isTiled ? TAG.tileOffsets : TAG.stripOffsets;
  const countTag = isTiled ? TAG.tileByteCounts : TAG.stripByteCounts;
  const found = directory.count(offsetTag);
  if (found < needed)
    throw new TiffError('damaged', source.name, `has the place of ${found} of its ${needed} strips or tiles`);
  const offsets = await directory.numbers(offsetTag, needed);
  const byteCounts = await directory.numbers(countTag, needed);
  if (byteCounts.length < needed)
    byteCounts.splice(0, needed, ...inferredCounts(header, height, needed, source));
  return { kind: isTiled ? 'tiles' : 'strips', width, height, offsets, byteCounts };
}

async function tileShape(directory: Directory, { name }: TiffSource): Promise<[number, number]> {
  const [width = 0] = await directory.numbers(TAG.tileWidth, 1);
  const [height = 0] = await directory.numbers(TAG.tileHeight, 1);
  if (width < 1 || height < 1)
    throw new TiffError('damaged', name, `its tiles are ${width} x ${height} pixels`);
  return [width, height];
}

async function stripShape(directory: Directory, header: ImageNumbers): Promise<[number, number]> {
  const [rows = header.height] = await directory.numbers(TAG.rowsPerStrip, 1);
  return [header.width, Math.max(1, Math.min(rows, header.height))];
}

/** Some writers leave the counts out; without compression they follow from the rows. */
function inferredCounts(
  header: ImageNumbers,
  rowsPerStrip: number,
  count: number,
  { name }: TiffSource,
): number[] {
  if (header.compression !== UNCOMPRESSED)
    throw new TiffError('damaged', name, 'does not say how long its strips or tiles are');
  return Array.from(
    { length: count },
    (_, strip) => stripRows(header, rowsPerStrip, strip) * rowBytes(header),
  );
}

export const rowBytes = ({ width, bitsPerSample, samplesPerPixel }: ImageNumbers): number =>
  Math.ceil((width * bitsPerSample * samplesPerPixel) / 8);

const stripRows = ({ height }: ImageNumbers, rowsPerStrip: number, strip: number): number =>
  Math.min(rowsPerStrip, height - strip * rowsPerStrip);

/** Tiles that were never written have offset and length 0. */
function checkSegments(
  header: ImageNumbers,
  { kind, height, offsets, byteCounts }: TiffSegments,
  source: TiffSource,
) {
  for (const [index, offset] of offsets.entries()) {
    const bytes = byteCounts[index] ?? 0;
    if (offset + bytes > source.size) {
      const reason = `${kind.slice(0, -1)} ${index} ends at byte ${offset + bytes}, the file at ${source.size}`;
      throw new TiffError('truncated', source.name, reason);
    }
    if (kind === 'tiles' || header.compression !== UNCOMPRESSED || header.samplesPerPixel !== 1) continue;
    const needed = stripRows(header, height, index) * rowBytes(header);
    if (bytes < needed)
      throw new TiffError(
        'damaged',
        source.name,
        `strip ${index} has ${bytes} bytes, its rows need ${needed}`,
      );
  }
}
