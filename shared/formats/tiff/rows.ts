/** Reading a region of uncompressed pixels with few requests and few bytes that are not needed. */
import { endianness } from 'node:os';
import type { ByteRows } from '../../engine/ports.ts';
import { rowBytes, type TiffHeader } from './header.ts';
import type { TiffPixels } from './pixels.ts';

/** Half open, in pixels. */
export interface PixelRegion {
  readonly x0: number;
  readonly x1: number;
  readonly y0: number;
  readonly y1: number;
}

/** Rows that follow each other in the file without a gap. */
interface RowRun {
  readonly y0: number;
  readonly y1: number;
  /** Of the first row's first byte. */
  readonly offset: number;
}

export interface RowLayout {
  readonly runs: readonly RowRun[];
  readonly rowBytes: number;
  readonly littleEndian: boolean;
}

/** From this share of the width on, whole spans of rows are read in one go and cut in memory. */
const WHOLE_ROWS_FROM = 0.8;

/** The layout of a plain image (`isPlain`); strips that touch become one run. */
export function rowLayoutOf(header: TiffHeader): RowLayout {
  const bytes = rowBytes(header);
  const runs: RowRun[] = [];
  for (const [strip, offset] of header.segments.offsets.entries()) {
    const y0 = strip * header.segments.height;
    const y1 = Math.min(y0 + header.segments.height, header.height);
    const last = runs.at(-1);
    if (last !== undefined && last.offset + (last.y1 - last.y0) * bytes === offset)
      runs[runs.length - 1] = { ...last, y1 };
    else runs.push({ y0, y1, offset });
  }
  return { runs, rowBytes: bytes, littleEndian: header.littleEndian };
}

/** Fetches rows back to back; resolves with the number of bytes that were there. */
export type RowReader = (rows: ByteRows, into: Uint8Array) => Promise<number>;

/**
 * Fills `into` (rows x columns of the region, x fastest). False: the file is shorter than the layout says.
 */
export async function readRegionOfRows(
  layout: RowLayout,
  region: PixelRegion,
  into: TiffPixels,
  read: RowReader,
): Promise<boolean> {
  const target = new Uint8Array(into.buffer, into.byteOffset, into.byteLength);
  const columnBytes = (region.x1 - region.x0) * into.BYTES_PER_ELEMENT;
  for (const { y0, y1, offset } of layout.runs) {
    const first = Math.max(region.y0, y0);
    const count = Math.min(region.y1, y1) - first;
    if (count <= 0) continue;
    const start = offset + (first - y0) * layout.rowBytes + region.x0 * into.BYTES_PER_ELEMENT;
    const rows = { start, bytes: columnBytes, stride: layout.rowBytes, count };
    const part = target.subarray((first - region.y0) * columnBytes).subarray(0, count * columnBytes);
    const isWhole = await (isWide(columnBytes, layout) ? readAndCut : readExactly)(rows, part, read);
    if (!isWhole) return false;
  }
  toHostOrder(target, into.BYTES_PER_ELEMENT, layout.littleEndian);
  return true;
}

const isWide = (columnBytes: number, { rowBytes }: RowLayout): boolean =>
  columnBytes < rowBytes && columnBytes >= WHOLE_ROWS_FROM * rowBytes;

const readExactly = async (rows: ByteRows, target: Uint8Array, read: RowReader): Promise<boolean> =>
  (await read(rows, target)) === target.length;

/** One long read and a cut in memory: cheaper than a read a row. */
async function readAndCut(
  { start, bytes, stride, count }: ByteRows,
  target: Uint8Array,
  read: RowReader,
): Promise<boolean> {
  const span = (count - 1) * stride + bytes;
  const scratch = new Uint8Array(span);
  const filled = await read({ start, bytes: span, stride: span, count: 1 }, scratch);
  for (let row = 0; row < count; row++)
    target.set(scratch.subarray(row * stride, row * stride + bytes), row * bytes);
  return filled === span;
}

function toHostOrder(bytes: Uint8Array, pixelBytes: number, littleEndian: boolean): void {
  if (pixelBytes === 1 || littleEndian === (endianness() === 'LE')) return;
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (pixelBytes === 2) buffer.swap16();
  else buffer.swap32();
}
