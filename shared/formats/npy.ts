/**
 * Reading numpy's array files (.npy, format 1 to 3), plain or gzip-compressed. C and Fortran order differ only in the
 * strides returned, which are those of an ndarray view: element (i, j, ...) is data[i strides[0] + j strides[1] ...].
 */
import { endianness } from 'node:os';
import { gunzipSync } from 'node:zlib';
import { ArrayFileError } from './array-file.ts';

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

/** What stands before the elements. */
export interface NpyHeader {
  readonly type: NpyType;
  readonly littleEndian: boolean;
  readonly shape: readonly number[];
  /** The first axis is the fastest; else the last. */
  readonly fortranOrder: boolean;
  readonly dataStart: number;
}

/** Bytes that hold every header of numbers: numpy pads to 64, and only records are longer. */
export const MOST_NPY_HEADER_BYTES = 2 ** 16;

/** `file` names it in the `ArrayFileError`. */
export function readNpy(bytes: Uint8Array, file = 'array'): NpyArray {
  const plain = bytes[0] === 0x1f && bytes[1] === 0x8b ? unzipped(bytes, file) : bytes;
  const { type, littleEndian, shape, fortranOrder, dataStart } = parseNpyHeader(file, plain);
  const strides = fortranOrder ? stridesOf(shape) : stridesOf([...shape].reverse()).reverse();
  const length = shape.reduce((all, size) => all * size, 1);
  const swapped = littleEndian !== (endianness() === 'LE');
  return { type, shape, strides, data: elements(plain, dataStart, length, type, swapped, file) };
}

/** The data as float32, for images; 64-bit integers too. */
export const toFloat32 = ({ data }: NpyArray): Float32Array =>
  data instanceof Float32Array ? data : Float32Array.from(data as ArrayLike<number | bigint>, Number);

function unzipped(bytes: Uint8Array, file: string): Uint8Array {
  try {
    return gunzipSync(bytes);
  } catch (cause) {
    const what = cause instanceof Error ? cause.message : String(cause);
    throw new ArrayFileError(file, `its gzip data are damaged or cut short (${what})`, cause);
  }
}

/** `bytes`: the file's first, `MOST_NPY_HEADER_BYTES` or all. @throws ArrayFileError */
export function parseNpyHeader(file: string, bytes: Uint8Array): NpyHeader {
  const { text, dataStart } = headerText(file, bytes);
  const [, order] = /'fortran_order': (True|False)/.exec(text) ?? [];
  if (order === undefined)
    throw new ArrayFileError(file, `its header has no fortran_order, True or False: ${text.trim()}`);
  return {
    ...elementType(file, text),
    shape: shapeOf(file, text),
    fortranOrder: order === 'True',
    dataStart,
  };
}

function headerText(file: string, bytes: Uint8Array): { text: string; dataStart: number } {
  const magic = Buffer.from(bytes.subarray(0, 6)).toString('latin1');
  if (magic !== MAGIC)
    throw new ArrayFileError(
      file,
      `begins with ${JSON.stringify(magic)}, expected ${JSON.stringify(MAGIC)}: not a .npy file`,
    );
  const version = bytes[6] ?? 0;
  const isShort = version === 1;
  const headerStart = isShort ? 10 : 12;
  if (!(version >= 1 && version <= 3) || bytes.length < headerStart)
    throw new ArrayFileError(
      file,
      `format ${version} of .npy, ${bytes.length} bytes; expected format 1 to 3`,
    );
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const dataStart = headerStart + (isShort ? view.getUint16(8, true) : view.getUint32(8, true));
  if (dataStart > bytes.length)
    throw new ArrayFileError(
      file,
      `its header ends at byte ${dataStart}, expected at most ${bytes.length}: cut short, or records`,
    );
  return { text: Buffer.from(bytes.subarray(headerStart, dataStart)).toString('utf8'), dataStart };
}

const MAGIC = '\x93NUMPY';

function elementType(file: string, header: string): Pick<NpyHeader, 'type' | 'littleEndian'> {
  const [, order, type] = /'descr': '([<>|=])(\w+)'/.exec(header) ?? [];
  if (type === undefined || !Object.hasOwn(arrays, type))
    throw new ArrayFileError(
      file,
      `element type of ${header.trim()} is not read here: use one of ${Object.keys(arrays)}`,
    );
  const littleEndian = order === '>' ? false : order === '<' || endianness() === 'LE';
  return { type: type as NpyType, littleEndian };
}

function shapeOf(file: string, header: string): number[] {
  const [, inside] = /'shape': \(([^)]*)\)/.exec(header) ?? [];
  if (inside === undefined) throw new ArrayFileError(file, `no shape in the header ${header.trim()}`);
  const shape = inside
    .split(',')
    .map((size) => size.trim())
    .filter((size) => size !== '')
    .map(Number);
  const most = shape.reduce((all, size) => all * Math.max(1, size), 1);
  if (shape.every((size) => Number.isInteger(size) && size >= 0) && most < 2 ** 50) return shape;
  throw new ArrayFileError(file, `its shape is (${inside}), expected whole numbers from 0`);
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
  file: string,
): NpyArray['data'] {
  const arrayType = arrays[type];
  const size = arrayType.BYTES_PER_ELEMENT;
  const found = bytes.byteLength - start;
  if (found < length * size)
    throw new ArrayFileError(
      file,
      `${found} bytes of data, expected ${length * size} (${length} of ${type}): file cut short`,
    );
  const copy = Buffer.from(bytes.subarray(start, start + length * size));
  if (swapped && size === 2) copy.swap16();
  if (swapped && size === 4) copy.swap32();
  if (swapped && size === 8) copy.swap64();
  return new arrayType(new Uint8Array(copy).buffer);
}
