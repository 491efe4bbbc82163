/** Encodes the chunks of any volume: images of all types, labels, pictures. For plain images there is the block writer. */
import type { Vec3 } from '../../geometry/box.ts';
import type { Kernels } from '../../kernels/kernels.ts';
import { bytesOf, type DataType, type VoxelArray } from '../data-type.ts';
import type { Mip } from '../scales.ts';
import { requireLittleEndian } from './byte-order.ts';
import type { Compression } from './compression.ts';
import { encodePicture } from './encode-picture.ts';
import type { EncodedChunk } from './encoded-chunk.ts';
import { encoderBuffers, imageEncoder } from './image-encoder.ts';
import { encodeSegmentation } from './segmentation/encode-segmentation.ts';
import { isSegmentationType } from './segmentation/layout.ts';
import { encodeWithZlib } from './zlib.ts';

/** `voxels`: x fastest, then y, z, channel; they may change once this resolves. */
export type ChunkEncoder = (voxels: VoxelArray, size: Vec3) => Promise<EncodedChunk>;

export interface ChunkKind {
  readonly mip: Mip<DataType>;
  readonly channels: number;
  /** Labels are left to zlib: what is made for images does little for them. */
  readonly isSegmentation: boolean;
  readonly compression: Compression;
}

/** The kernels are the encoder's alone while it is used. One chunk at a time. */
export function chunkEncoder(kind: ChunkKind, kernels: Kernels): ChunkEncoder {
  requireLittleEndian();
  const { mip, channels } = kind;
  const { picture, labelBlock: block, dataType: type } = mip;
  if (picture !== undefined)
    return async (voxels, size) => ({
      bytes: await encodePicture(voxels, { channels, encoding: picture }, size),
      encoding: undefined,
    });
  const store = kind.isSegmentation ? labelStorer(kind.compression) : imageStorer(kind, kernels);
  if (block === undefined || !isSegmentationType(type)) return store;
  return (voxels, size) => {
    const words = new Uint32Array(voxels.buffer as ArrayBuffer, voxels.byteOffset, voxels.byteLength / 4);
    return store(encodeSegmentation(words, { size, block, channels, type }), size);
  };
}

const labelStorer =
  (compression: Compression): ChunkEncoder =>
  async (voxels) =>
    compression === 'none' ? { bytes: bytesOf(voxels).slice(), encoding: undefined } : encodeWithZlib(voxels);

/** The image encoder takes voxels of 2 bytes, and others in pairs or halves, from the kernels' memory. */
function imageStorer({ mip, channels, compression }: ChunkKind, kernels: Kernels): ChunkEncoder {
  const [x, y, z] = mip.chunkSize;
  const voxels = x * y * z * channels;
  const own = STORED_AS[mip.dataType];
  const length = voxels * own.perVoxel;
  const mostBytes = length * BYTES[own.type];
  const { chunk, ...buffers } = kernels.layout({
    chunk: { type: own.type, length },
    ...encoderBuffers(compression, mostBytes),
  });
  const encode = imageEncoder(compression, kernels, buffers, mostBytes);
  return async (given) => {
    new Uint8Array(chunk.buffer, chunk.byteOffset, given.byteLength).set(bytesOf(given));
    return encode(chunk.subarray(0, given.length * own.perVoxel));
  };
}

const BYTES = { uint8: 1, uint16: 2, float32: 4 } as const;

/** Pixels of the kernels that lie in memory as the voxels do. */
const STORED_AS: Readonly<
  Record<DataType, { readonly type: 'uint8' | 'uint16' | 'float32'; readonly perVoxel: number }>
> = {
  uint8: { type: 'uint8', perVoxel: 1 },
  int8: { type: 'uint8', perVoxel: 1 },
  uint16: { type: 'uint16', perVoxel: 1 },
  int16: { type: 'uint16', perVoxel: 1 },
  uint32: { type: 'float32', perVoxel: 1 },
  int32: { type: 'float32', perVoxel: 1 },
  float32: { type: 'float32', perVoxel: 1 },
  uint64: { type: 'float32', perVoxel: 2 },
};
