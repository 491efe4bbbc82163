/** Where a TIFF's bytes come from: an object of a store, or memory. */
import type { ByteRange, ObjectStore } from '../../engine/ports.ts';
import { TiffError } from './tiff-error.ts';

export interface TiffSource {
  /** For messages. */
  readonly name: string;
  readonly size: number;
  /** In the order given; a range beyond the end comes back short. */
  read(ranges: readonly ByteRange[]): Promise<readonly Uint8Array[]>;
}

export const tiffInMemory = (name: string, bytes: Uint8Array): TiffSource => ({
  name,
  size: bytes.length,
  read: async (ranges) => ranges.map(({ start, end }) => bytes.subarray(start, end)),
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
  };
}
