/**
 * Reading numpy's array files (.npy, format 1 to 3), plain or gzip-compressed. C and Fortran order differ only in the
 * strides returned, which are those of an ndarray view: element (i, j, ...) is data[i strides[0] + j strides[1] ...].
 */
import { endianness } from 'node:os';
import { gunzipSync } from 'node:zlib';

const arrays = {
  b1: Uint8Array,
  i1: Int8Array,
  u1: Uint8Array,
  i2: Int16Array,
  u2: Uint16Array,
  i4: Int32Array,
  u4: Uint32Array,
  i8: BigInt64Array,
  u8: BigUint64Array,
  f4: Float32Array,
  f8: Float64Array,
} as const;

type NpyType = keyof typeof arrays;

export interface NpyArray {
  /** Kind and bytes of an element, without the byte order: `f4`, `u2`, ...; `b1` (bool) is read as bytes 0 and 1. */
  readonly type: NpyType;
  /** As in the file: for an image in C order [y, x] or [z, y, x]. */
  readonly shape: readonly number[];
  /** Elements between neighbours along each axis. */
  readonly strides: readonly number[];
  readonly data: InstanceType<(typeof arrays)[NpyType]>;
}

/** The bytes are no array file, or one of a kind that is not read here. */
export class NpyError extends Error {
  override readonly name = 'NpyError';
}

export function readNpy(bytes: Uint8Array): NpyArray {
  const plain = bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes;
  const { header, dataStart } = readHeader(plain);
  const { type, swapped } = elementType(header);
  const shape = shapeOf(header);
  const strides = header.includes("'fortran_order': True")
    ? stridesOf(shape)
    : stridesOf([...shape].reverse()).reverse();
  const length = shape.reduce((all, size) => all * size, 1);
  return { type, shape, strides, data: elements(plain, dataStart, length, type, swapped) };
}

/** The data as float32, for images; 64-bit integers too. */
export const toFloat32 = ({ data }: NpyArray): Float32Array =>
  data instanceof Float32Array ? data : Float32Array.from(data as ArrayLike<number | bigint>, Number);

function readHeader(bytes: Uint8Array): { header: string; dataStart: number } {
  const magic = Buffer.from(bytes.subarray(0, 6)).toString('latin1');
  if (magic !== '\x93NUMPY') throw new NpyError(`Not a .npy file: it begins with ${JSON.stringify(magic)}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = view.getUint8(6);
  const [headerStart, length] = version === 1 ? [10, view.getUint16(8, true)] : [12, view.getUint32(8, true)];
  const dataStart = headerStart + length;
  return { header: Buffer.from(bytes.subarray(headerStart, dataStart)).toString('utf8'), dataStart };
}

function elementType(header: string): { type: NpyType; swapped: boolean } {
  const [, order, type] = /'descr': '([<>|=])(\w+)'/.exec(header) ?? [];
  if (type === undefined || !(type in arrays))
    throw new NpyError(
      `Element type of ${header.trim()} is not read here: use one of ${Object.keys(arrays)}`,
    );
  const littleEndian = order === '<' || (order === '=' && endianness() === 'LE');
  return { type: type as NpyType, swapped: order !== '|' && littleEndian !== (endianness() === 'LE') };
}

function shapeOf(header: string): number[] {
  const [, inside] = /'shape': \(([^)]*)\)/.exec(header) ?? [];
  if (inside === undefined) throw new NpyError(`No shape in the header ${header.trim()}`);
  return inside
    .split(',')
    .map((size) => size.trim())
    .filter((size) => size !== '')
    .map(Number);
}

/** Strides of an array whose first axis is fastest. */
function stridesOf(shape: readonly number[]): number[] {
  let stride = 1;
  return shape.map((size) => {
    const own = stride;
    stride *= size;
    return own;
  });
}

/** Always a copy: the bytes in the file need not lie where their type may begin. */
function elements(
  bytes: Uint8Array,
  start: number,
  length: number,
  type: NpyType,
  swapped: boolean,
): NpyArray['data'] {
  const arrayType = arrays[type];
  const size = arrayType.BYTES_PER_ELEMENT;
  const found = bytes.byteLength - start;
  if (found < length * size)
    throw new NpyError(
      `${found} bytes of data, expected ${length * size} (${length} of ${type}): file cut short`,
    );
  const copy = Buffer.from(bytes.subarray(start, start + length * size));
  if (swapped && size === 2) copy.swap16();
  if (swapped && size === 4) copy.swap32();
  if (swapped && size === 8) copy.swap64();
  return new arrayType(new Uint8Array(copy).buffer);
}
