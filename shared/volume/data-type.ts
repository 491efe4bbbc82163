/** Types of a voxel in a precomputed volume (FORMATS section 1) and the arrays that hold them. */

export const dataTypes = [
  'uint8',
  'int8',
  'uint16',
  'int16',
  'uint32',
  'int32',
  'uint64',
  'float32',
] as const;

export type DataType = (typeof dataTypes)[number];

interface VoxelArrays {
  uint8: Uint8Array;
  int8: Int8Array;
  uint16: Uint16Array;
  int16: Int16Array;
  uint32: Uint32Array;
  int32: Int32Array;
  uint64: BigUint64Array<ArrayBuffer>;
  float32: Float32Array;
}

export type VoxelArray = VoxelArrays[DataType];

const constructors = {
  uint8: Uint8Array,
  int8: Int8Array,
  uint16: Uint16Array,
  int16: Int16Array,
  uint32: Uint32Array,
  int32: Int32Array,
  uint64: BigUint64Array,
  float32: Float32Array,
} as const;

export const bytesPerVoxel = (type: DataType): number => constructors[type].BYTES_PER_ELEMENT;

/** `count` zeros. */
export const zeroVoxels = (type: DataType, count: number): VoxelArray => new constructors[type](count);

/** A view of these bytes, or of a copy where they do not begin at a multiple of the voxel's size. */
export function voxelsOf(type: DataType, bytes: Uint8Array): VoxelArray {
  const size = bytesPerVoxel(type);
  const aligned = bytes.byteOffset % size === 0 ? bytes : new Uint8Array(bytes);
  return new constructors[type](aligned.buffer as ArrayBuffer, aligned.byteOffset, bytes.length / size);
}

export const bytesOf = (voxels: VoxelArray): Uint8Array =>
  new Uint8Array(voxels.buffer, voxels.byteOffset, voxels.byteLength);

/** Copies `from` to position `at` of `to`; both hold the same type. */
export function copyVoxels(to: VoxelArray, at: number, from: VoxelArray): void {
  (to as Uint8Array).set(from as Uint8Array, at);
}
