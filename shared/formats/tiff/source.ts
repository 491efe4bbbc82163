/** Where a TIFF's bytes come from: an object of a store, a file, or memory. */
import type { ByteRange, ByteRows, ObjectStore } from '../../engine/ports.ts';
import type { ArrayFile } from '../array-file.ts';
import { TiffError } from './tiff-error.ts';

export interface TiffSource {
  /** For messages. */
  readonly name: string;
  readonly size: number;
  /** In the order given; a range beyond the end comes back short. */
  read(ranges: readonly ByteRange[]): Promise<readonly Uint8Array[]>;
  /** Back to back into `into`; the number of bytes that were there. */
  readRows(rows: ByteRows, into: Uint8Array): Promise<number>;
}

export const tiffInMemory = (name: string, bytes: Uint8Array): TiffSource => ({
  name,
  size: bytes.length,
  read: async (ranges) => ranges.map(({ start, end }) => bytes.subarray(start, end)),
  async readRows({ start, bytes: rowBytes, stride, count }, into) {
    let filled = 0;
    for (let row = 0; row < count; row++) {
      const part = bytes.subarray(start + row * stride, start + row * stride + rowBytes);
      into.set(part, filled);
      filled += part.length;
    }
    return filled;
  },
});

/** `size` as a listing gave it; where it is not known, the store is asked. */
export async function tiffInStore(store: ObjectStore, key: string, size?: number): Promise<TiffSource> {
  const bytes = size ?? (await store.head(key))?.size;
  if (bytes === undefined) throw new TiffError('missing', key, 'no such file');
  return {
    name: key,
    size: bytes,
    async read(ranges) {
      const parts = await store.getRanges(key, ranges);
      if (parts === undefined) throw new TiffError('missing', key, 'no such file');
      return parts;
    },
    async readRows(rows, into) {
      const filled = await store.getRows(key, rows, into);
      if (filled === undefined) throw new TiffError('missing', key, 'no such file');
      return filled;
    },
  };
}

/** A file on disk, read in parts. */
export const tiffInFile = (file: ArrayFile): TiffSource => ({
  name: file.name,
  size: file.sizeBytes,
  read: (ranges) => Promise.all(ranges.map(({ start, end }) => file.read(start, end - start))),
  async readRows({ start, bytes, stride, count }, into) {
    if (bytes === stride) return file.readInto(start, into.subarray(0, bytes * count));
    let filled = 0;
    for (let row = 0; row < count; row++)
      filled += await file.readInto(start + row * stride, into.subarray(row * bytes, (row + 1) * bytes));
    return filled;
  },
});
