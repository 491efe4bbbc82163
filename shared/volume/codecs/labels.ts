/** Chunks of compressed_segmentation as voxels (FORMATS section 4). */
import type { Vec3 } from '../../geometry/box.ts';
import { bytesOf, type VoxelArray, voxelsOf } from '../data-type.ts';
import { ChunkError } from '../errors.ts';
import type { ChunkFormat } from './chunk-format.ts';
import { decodeSegmentation, SegmentationDataError } from './segmentation/decode-segmentation.ts';
import {
  blockGrid,
  HEADER_WORDS,
  isSegmentationType,
  type SegmentationShape,
  voxelsOfBlock,
} from './segmentation/layout.ts';

/** `info` was checked: the type is one of labels, and the scale has a block size. */
export function labelShape({ dataType, channels, labelBlock }: ChunkFormat, size: Vec3): SegmentationShape {
  if (!isSegmentationType(dataType) || labelBlock === undefined)
    throw new TypeError(`compressed_segmentation of ${dataType} with blocks of ${labelBlock}`);
  return { size, block: labelBlock, channels, type: dataType };
}

/** Refuses, before it makes any voxel, bytes that cannot hold the headers of all blocks. */
export function decodeLabels(bytes: Uint8Array, shape: SegmentationShape, chunk: string): VoxelArray {
  const least = 4 * shape.channels * (1 + HEADER_WORDS * voxelsOfBlock(blockGrid(shape)));
  if (bytes.length % 4 !== 0 || bytes.length < least)
    throw new ChunkError(
      chunk,
      `${bytes.length} bytes of compressed_segmentation, expected a multiple of 4 and no less than ${least}`,
    );
  try {
    const words = voxelsOf('uint32', bytes) as Uint32Array;
    return voxelsOf(shape.type, bytesOf(decodeSegmentation(words, shape)));
  } catch (error) {
    if (error instanceof SegmentationDataError) throw new ChunkError(chunk, error.message, error);
    throw error;
  }
}
