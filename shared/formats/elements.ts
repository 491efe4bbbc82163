/** Elements of array files (NRRD, NIfTI): types by name, and arrays from their bytes in either byte order. */
import { endianness } from 'node:os';

const arrays = {
  uint8: Uint8Array,
  int8: Int8Array,
  uint16: Uint16Array,
  int16: Int16Array,
  uint32: Uint32Array,
  int32: Int32Array,
  uint64: BigUint64Array,
  int64: BigInt64Array,
  float32: Float32Array,
  float64: Float64Array,
} as const;

export type ElementType = keyof typeof arrays;
export type ElementArray =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | BigUint64Array
  | BigInt64Array
  | Float32Array
  | Float64Array;

export const elementBytes = (type: ElementType): number => arrays[type].BYTES_PER_ELEMENT;

export const elementTypes = Object.keys(arrays) as readonly ElementType[];

export function elementTypeOf(data: ElementArray): ElementType {
  const found = elementTypes.find((type) => data instanceof arrays[type]);
  if (found === undefined) throw new TypeError('Not an array of elements');
  return found;
}

export const makeElements = (type: ElementType, length: number): ElementArray => new arrays[type](length);

/** The elements that these bytes are, in place: `bytes` must begin where its type may, and is swapped if it has to be. */
export function elementsFrom(
  bytes: Uint8Array<ArrayBuffer>,
  type: ElementType,
  littleEndian: boolean,
): ElementArray {
  const array = arrays[type];
  swapToHost(bytes, type, littleEndian);
  return new array(bytes.buffer, bytes.byteOffset, bytes.byteLength / array.BYTES_PER_ELEMENT);
}

/** In place. */
export function swapToHost(bytes: Uint8Array, type: ElementType, littleEndian: boolean): void {
  if (littleEndian !== (endianness() === 'LE')) swap(bytes, elementBytes(type));
}

/** Little endian, as everything here writes; a view where the machine is too. */
export function littleEndianBytes(data: ElementArray): Uint8Array {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  if (endianness() === 'LE') return bytes;
  const copy = bytes.slice();
  swap(copy, data.BYTES_PER_ELEMENT);
  return copy;
}

/** Rounded half to even where the type is of whole numbers, and cut to its range; NaN becomes 0 there. */
export function roundedElements(values: Float32Array, type: ElementType): ElementArray {
  if (type === 'float32') return values;
  if (type === 'float64') return Float64Array.from(values);
  if (type === 'uint64' || type === 'int64')
    throw new RangeError(`values are not written as ${type}: choose float32 or float64`);
  const bits = 8 * elementBytes(type);
  const [least, most] = type.startsWith('u') ? [0, 2 ** bits - 1] : [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1];
  const rounded = new arrays[type](values.length);
  for (let i = 0; i < values.length; i++)
    rounded[i] = Math.min(most, Math.max(least, roundHalfEven(values[i]!)));
  return rounded;
}

function roundHalfEven(value: number): number {
  const rounded = Math.round(value);
  return Math.abs(value % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

function swap(bytes: Uint8Array, size: number): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (size === 2) buffer.swap16();
  if (size === 4) buffer.swap32();
  if (size === 8) buffer.swap64();
}
