/** How a mip lies in zarr, as this program writes it and as it reads that of others (FORMATS section 13). */
import { perAxis, type Vec3 } from '../../geometry/box.ts';
import type { ChunkGrid } from '../chunk-grid.ts';
import type { EncodedChunk } from '../codecs/encoded-chunk.ts';

export interface ZarrLayout {
  readonly version: 2 | 3;
  /** Axes before z, y and x, slowest first. */
  readonly leading: readonly LeadingAxis[];
  readonly keys: ZarrKeys;
  /** Of the bytes of a chunk: a codec of the array, so an object says nothing of it. */
  readonly packing: ZarrPacking;
  /** All of them lie in each chunk, the last perhaps filled up. */
  readonly channelsOfChunk: number;
  /** Absent: each chunk is an object of its own. */
  readonly shard?: ZarrShard | undefined;
}

interface LeadingAxis {
  readonly name: string;
  readonly isChannel: boolean;
}

export interface ZarrKeys {
  /** What stands before the numbers: `c` in version 3. */
  readonly prefix: 'c' | '';
  readonly separator: '/' | '.';
}

export type ZarrPacking = 'gzip' | 'zlib' | 'zstd' | 'none';

/** Many chunks an object. */
export interface ZarrShard {
  /** Chunks along x, y, z. */
  readonly cells: Vec3;
  /** Chunks along the channels. */
  readonly channelCells: number;
  readonly isIndexFirst: boolean;
  readonly hasChecksum: boolean;
}

export const ngffVersions = ['0.4', '0.5'] as const;
export type NgffVersion = (typeof ngffVersions)[number];

/** As this program writes it: axes c, z, y, x. */
export const writtenLayout = (ngff: NgffVersion, packing: 'gzip' | 'none'): ZarrLayout => ({
  version: ngff === '0.4' ? 2 : 3,
  leading: [{ name: 'c', isChannel: true }],
  keys: { prefix: ngff === '0.4' ? '' : 'c', separator: '/' },
  packing,
  channelsOfChunk: 1,
});

/** Folder of a mip's array. */
export const arrayFolder = (mip: number): string => String(mip);

/**
 * The same chunks as arrays of NGFF 0.5. Chunks of zarr all have one size, at the far border too: where the volume is
 * smaller than one, so is the chunk.
 */
export const zarrMip = <Kind extends ChunkGrid>(
  mip: Kind,
  index: number,
  packing: 'gzip' | 'none',
): Kind & { readonly key: string; readonly zarr: ZarrLayout } => ({
  ...mip,
  key: arrayFolder(index),
  chunkSize: perAxis((axis) => Math.min(mip.chunkSize[axis], mip.sizeVoxels[axis])),
  zarr: writtenLayout('0.5', packing),
});

/** As an object: the compression of zarr's chunks is a codec of their array, of which the object says nothing. */
export const asStored = (chunk: EncodedChunk, zarr: ZarrLayout | undefined): EncodedChunk =>
  zarr ? { bytes: chunk.bytes, encoding: undefined } : chunk;

/** Below the image's folder; of a sharded array the cells are those of shards. */
export function zarrKey(array: string, { leading, keys }: ZarrLayout, cell: Vec3, channelCell = 0): string {
  const [x, y, z] = cell;
  const before = leading.map(({ isChannel }) => (isChannel ? channelCell : 0));
  const prefix = keys.prefix === '' ? [] : [keys.prefix];
  return `${array}/${[...prefix, ...before, z, y, x].join(keys.separator)}`;
}
