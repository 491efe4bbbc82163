/** One image of a TIFF as numbers, of any type that `pageTypeOf` takes, with the memory of a plane and a strip or tile. */
import { type ElementArray, makeElements } from '../elements.ts';
import { mostExpansion, rowBytes, type TiffHeader } from './header.ts';
import { type PageType, pageTypeOf } from './page-type.ts';
import { isPlain, type TiffPixels } from './pixels.ts';
import { readRegionOfRows, rowLayoutOf } from './rows.ts';
import { decodeSegment } from './segment.ts';
import { decodeWithSharp } from './sharp-decoder.ts';
import type { TiffSource } from './source.ts';
import { TiffError } from './tiff-error.ts';

/** Tiles may be larger than the image, but not by any factor. */
const MOST_TILE_BYTES = 2 ** 24;

/** x fastest, numbers as stored: never scaled, white as zero where the file says so. Throws `TiffError`. */
export async function readTiffPage(
  source: TiffSource,
  header: TiffHeader,
  into: ElementArray,
): Promise<void> {
  const type = pageTypeOf(header, source.name);
  if (type.compression === 'JPEG') return readJpeg(source, header, into);
  if (isStraight(header)) return readStraightRows(source, header, { y0: 0, y1: header.height }, into);
  const { kind, width, height, offsets } = header.segments;
  checkSegmentSize(header, source.name);
  const across = kind === 'tiles' ? Math.ceil(header.width / width) : 1;
  for (let index = 0; index < offsets.length; index++) {
    const x0 = (index % across) * width;
    const y0 = Math.floor(index / across) * height;
    const rows = Math.min(height, header.height - y0);
    const samples = await readSegment(source, header, type, index, kind === 'tiles' ? height : rows);
    const columns = Math.min(width, header.width - x0);
    for (let y = 0; y < rows; y++)
      (into as Uint8Array).set(
        samples.subarray(y * width, y * width + columns) as Uint8Array,
        (y0 + y) * header.width + x0,
      );
  }
}

/** Rows of numbers of 8, 16 or 32 bits, all of them in the file as they are in memory, but for the order of bytes. */
export function isStraight(header: TiffHeader): boolean {
  const { bitsPerSample, fillOrder, height, segments } = header;
  const bytesOf = (strip: number): number =>
    rowBytes(header) * Math.min(segments.height, height - strip * segments.height);
  return (
    isPlain(header) &&
    fillOrder === 1 &&
    [8, 16, 32].includes(bitsPerSample) &&
    segments.offsets.every((offset, strip) => offset > 0 && segments.byteCounts[strip] === bytesOf(strip))
  );
}

/** Of an image that `isStraight`: rows `y0` up to `y1` (excluded), x fastest. Throws `TiffError`. */
export async function readStraightRows(
  source: TiffSource,
  header: TiffHeader,
  { y0, y1 }: { readonly y0: number; readonly y1: number },
  into: ElementArray,
): Promise<void> {
  const region = { x0: 0, x1: header.width, y0, y1 };
  const isWhole = await readRegionOfRows(rowLayoutOf(header), region, into as TiffPixels, source.readRows);
  if (!isWhole) throw new TiffError('truncated', source.name, 'the file is shorter than its listing says');
}

function checkSegmentSize({ segments, bitsPerSample, width, height }: TiffHeader, file: string): void {
  const bytes = (segments.width * segments.height * bitsPerSample) / 8;
  const imageBytes = (width * height * bitsPerSample) / 8;
  if (bytes > 2 * imageBytes + MOST_TILE_BYTES)
    throw new TiffError(
      'damaged',
      file,
      `tiles of ${segments.width} x ${segments.height} pixels for an image of ${width} x ${height}`,
    );
}

async function readSegment(
  source: TiffSource,
  header: TiffHeader,
  type: PageType,
  index: number,
  height: number,
): Promise<ElementArray> {
  const { width, offsets, byteCounts } = header.segments;
  const [start, length] = [offsets[index]!, byteCounts[index] ?? 0];
  // Never written: all zero.
  if (start === 0 && length === 0) return makeElements(type.type, width * height);
  const pixelBytes = (width * height * header.bitsPerSample) / 8;
  if (pixelBytes > length * mostExpansion(header))
    throw new TiffError('damaged', source.name, `${width} x ${height} pixels cannot lie in ${length} bytes`);
  const [bytes] = await source.read([{ start, end: start + length }]);
  if (bytes?.length !== length)
    throw new TiffError('truncated', source.name, 'the file is shorter than its listing says');
  return decodeSegment({ index, width, height, bytes }, header, type, source.name);
}

/** A single page: the whole file is handed over. */
async function readJpeg(source: TiffSource, header: TiffHeader, into: ElementArray): Promise<void> {
  const [bytes = new Uint8Array()] = await source.read([{ start: 0, end: source.size }]);
  (into as Uint8Array).set((await decodeWithSharp(bytes, header, 'uint8', source.name)) as Uint8Array);
}
