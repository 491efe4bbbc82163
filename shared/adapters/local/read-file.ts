/** Reading files, whole or in ranges. Errors are the system's own. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { open } from 'node:fs/promises';
import type { ByteRange, ByteRows } from '../../engine/ports.ts';

/** The system reads less than 2 GiB in one call. */
const LARGEST_READ = 2 ** 30;

export async function readWhole(file: string): Promise<Uint8Array> {
  const handle = await open(file, 'r');
  try {
    const bytes = uninitialised((await handle.stat()).size);
    let filled = 0;
    while (filled < bytes.length) {
      const length = Math.min(LARGEST_READ, bytes.length - filled);
      const { bytesRead } = await handle.read(bytes, filled, length, filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return filled === bytes.length ? bytes : bytes.subarray(0, filled);
  } finally {
    await handle.close();
  }
}

/**
 * One descriptor, one allocation, and as few reads as there are gaps between the ranges. Synchronous, because a
 * thread that reads thousands of short rows would spend its time on the way to the thread pool and back.
 */
export function readRanges(file: string, ranges: readonly ByteRange[]): Uint8Array[] {
  const descriptor = openSync(file, 'r');
  try {
    const { size } = fstatSync(descriptor);
    const inside = ranges.map(({ start, end }) => ({ start, end: Math.max(start, Math.min(end, size)) }));
    const buffer = uninitialised(inside.reduce((sum, { start, end }) => sum + end - start, 0));
    let filled = 0;
    for (const { start, end } of joinAdjacent(inside)) {
      readInto(descriptor, buffer.subarray(filled, filled + end - start), start, file);
      filled += end - start;
    }
    return cut(buffer, inside);
  } finally {
    closeSync(descriptor);
  }
}

/** Rows straight into `into`; returns the bytes that were there. Synchronous for the same reason. */
export type RowReader = (file: string, rows: ByteRows, into: Uint8Array) => number;

/** Its memory for rows that are cut out is taken once: no two of its reads go on at a time. */
export function rowReader(): RowReader {
  let span: Uint8Array | undefined;
  return (file, rows, into) => {
    const whole = rows.stride === rows.bytes ? asOneRow(rows) : rows;
    const descriptor = openSync(file, 'r');
    try {
      if (whole.stride >= PAGE_BYTES || whole.count <= 1) return readEach(descriptor, whole, into);
      span ??= uninitialised(SPAN_BYTES);
      return readAndCut(descriptor, whole, into, span);
    } finally {
      closeSync(descriptor);
    }
  };
}

/** The system reads pages: with several rows in each, one long read and a cut in memory cost less than a call a row. */
const PAGE_BYTES = 4096;
const SPAN_BYTES = 2 ** 18;

function readEach(descriptor: number, { start, bytes, stride, count }: ByteRows, into: Uint8Array): number {
  let filled = 0;
  for (let row = 0; row < count; row++) {
    const bytesRead = readSync(descriptor, into, filled, bytes, start + row * stride);
    filled += bytesRead;
    if (bytesRead < bytes) break;
  }
  return filled;
}

function readAndCut(
  descriptor: number,
  { start, bytes, stride, count }: ByteRows,
  into: Uint8Array,
  span: Uint8Array,
): number {
  const most = Math.floor(span.length / stride);
  for (let first = 0; first < count; first += most) {
    const rows = Math.min(most, count - first);
    const found = readSync(descriptor, span, 0, (rows - 1) * stride + bytes, start + first * stride);
    for (let row = 0; row < rows; row++) {
      const part = span.subarray(row * stride, Math.min(row * stride + bytes, found));
      into.set(part, (first + row) * bytes);
      if (part.length < bytes) return (first + row) * bytes + part.length;
    }
  }
  return bytes * count;
}

const asOneRow = ({ start, bytes, count }: ByteRows): ByteRows => ({
  start,
  bytes: bytes * count,
  stride: bytes * count,
  count: Math.min(count, 1),
});

/** Every byte of it is written before anyone sees it. */
const uninitialised = (length: number): Uint8Array => new Uint8Array(Buffer.allocUnsafeSlow(length).buffer);

function joinAdjacent(ranges: readonly ByteRange[]): ByteRange[] {
  const joined: { start: number; end: number }[] = [];
  for (const { start, end } of ranges) {
    const last = joined.at(-1);
    if (last !== undefined && last.end === start) last.end = end;
    else joined.push({ start, end });
  }
  return joined;
}

function readInto(descriptor: number, target: Uint8Array, position: number, file: string): void {
  let filled = 0;
  while (filled < target.length) {
    const length = Math.min(LARGEST_READ, target.length - filled);
    const bytesRead = readSync(descriptor, target, filled, length, position + filled);
    if (bytesRead === 0) throw new Error(`${file} became shorter while it was read`);
    filled += bytesRead;
  }
}

function cut(buffer: Uint8Array, ranges: readonly ByteRange[]): Uint8Array[] {
  let position = 0;
  return ranges.map(({ start, end }) => {
    const part = buffer.subarray(position, position + end - start);
    position += end - start;
    return part;
  });
}
