/**
 * Neuroglancer's `compressed_segmentation` (FORMATS section 4): a chunk in blocks, each with a table of its labels and,
 * for every voxel, a place in that table. All 32-bit words, little-endian; offsets count words of the channel's data.
 */
import type { Vec3 } from '../../../geometry/box.ts';
import type { DataType } from '../../data-type.ts';

export interface SegmentationShape {
  /** Of the chunk, cut to the volume. */
  readonly size: Vec3;
  /** Voxels of a block; those at the far border are stored whole, and what lies outside means nothing. */
  readonly block: Vec3;
  readonly channels: number;
  readonly type: 'uint32' | 'uint64';
}

/** A block has two words before anything else: table offset with bits per voxel, and offset of the packed places. */
export const HEADER_WORDS = 2;
/** Of the table offset; the eight bits above it hold the bits per voxel. */
export const TABLE_OFFSETS = 2 ** 24;
/** Blocks are usually 8 x 8 x 8; far larger ones compress nothing. */
export const MOST_BLOCK_VOXELS = 2 ** 18;

export const isSegmentationType = (type: DataType): type is SegmentationShape['type'] =>
  type === 'uint32' || type === 'uint64';

export const wordsPerLabel = (type: SegmentationShape['type']): 1 | 2 => (type === 'uint64' ? 2 : 1);

export const voxelsOfBlock = ([x, y, z]: Vec3): number => x * y * z;

export const blockGrid = ({ size, block }: Pick<SegmentationShape, 'size' | 'block'>): Vec3 => [
  Math.ceil(size[0] / block[0]),
  Math.ceil(size[1] / block[1]),
  Math.ceil(size[2] / block[2]),
];

/** No encoder that shares nothing and wastes nothing writes more. */
export function mostWords(shape: SegmentationShape): number {
  const voxels = voxelsOfBlock(shape.block);
  const perBlock = HEADER_WORDS + voxels + voxels * wordsPerLabel(shape.type);
  return shape.channels * (1 + voxelsOfBlock(blockGrid(shape)) * perBlock);
}
