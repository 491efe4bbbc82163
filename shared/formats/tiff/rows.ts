/** Reading a region of uncompressed pixels with few requests and few bytes that are not needed. */
import { endianness } from 'node:os';
import type { ByteRange } from '../../engine/ports.ts';
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

interface Span {
  readonly range: ByteRange;
  /** The first row of the region that it holds, and how many. */
  readonly y0: number;
  readonly rows: number;
}

/**
 * Fills `into` (rows x columns of the region, x fastest) from the ranges that `read` returns. False: the file is
 * shorter than the layout says.
 */
export async function readRegionOfRows(
  layout: RowLayout,
  region: PixelRegion,
  into: TiffPixels,
  read: (ranges: readonly ByteRange[]) => Promise<readonly Uint8Array[]>,
): Promise<boolean> {
  const target = new Uint8Array(into.buffer, into.byteOffset, into.byteLength);
  const columnBytes = (region.x1 - region.x0) * into.BYTES_PER_ELEMENT;
  const spans = spansOf(layout, region, into.BYTES_PER_ELEMENT);
  const parts = await read(spans.map((span) => span.range));
  for (const [index, { range, y0, rows }] of spans.entries()) {
    const bytes = parts[index];
    if (bytes?.length !== range.end - range.start) return false;
    if (columnBytes === layout.rowBytes) target.set(bytes, (y0 - region.y0) * columnBytes);
    else copyRows(bytes, layout.rowBytes, target, y0 - region.y0, columnBytes, rows);
  }
  toHostOrder(target, into.BYTES_PER_ELEMENT, layout.littleEndian);
  return true;
}

function spansOf({ runs, rowBytes }: RowLayout, { x0, x1, y0, y1 }: PixelRegion, pixelBytes: number): Span[] {
  const wholeRows = (x1 - x0) * pixelBytes >= WHOLE_ROWS_FROM * rowBytes;
  const spans: Span[] = [];
  for (const run of runs) {
    const first = Math.max(y0, run.y0);
    const end = Math.min(y1, run.y1);
    const step = wholeRows ? end - first : 1;
    for (let y = first; y < end; y += step) {
      const start = run.offset + (y - run.y0) * rowBytes + x0 * pixelBytes;
      const range = { start, end: start + (step - 1) * rowBytes + (x1 - x0) * pixelBytes };
      spans.push({ range, y0: y, rows: step });
    }
  }
  return spans;
}

function copyRows(
  bytes: Uint8Array,
  rowBytes: number,
  target: Uint8Array,
  firstRow: number,
  columnBytes: number,
  rows: number,
): void {
  for (let row = 0; row < rows; row++)
    target.set(bytes.subarray(row * rowBytes, row * rowBytes + columnBytes), (firstRow + row) * columnBytes);
}

function toHostOrder(bytes: Uint8Array, pixelBytes: number, littleEndian: boolean): void {
  if (pixelBytes === 1 || littleEndian === (endianness() === 'LE')) return;
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (pixelBytes === 2) buffer.swap16();
  else buffer.swap32();
}
