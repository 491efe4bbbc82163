/**
 * Writing numpy's array files (.npy, format 1.0): C order, the last axis of the shape is the fastest; little endian, as
 * every machine this runs on.
 */

export type NpyWriteType = 'u1' | 'i1' | 'u2' | 'i2' | 'u4' | 'i4' | 'u8' | 'f4';
export type NpyData = Uint8Array | Uint16Array | Float32Array;

/** Data begin at a multiple of this, as numpy writes them. */
const ALIGNMENT = 64;

/** What stands before the elements; always the same bytes for the same array. */
export function npyHeader(type: NpyWriteType, shape: readonly number[]): Uint8Array {
  const axes = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const order = type.endsWith('1') ? '|' : '<';
  const text = `{'descr': '${order}${type}', 'fortran_order': False, 'shape': (${axes}), }`;
  const prefix = Buffer.from('\x93NUMPY\x01\x00\x00\x00', 'latin1');
  const padding = ALIGNMENT - 1 - ((prefix.length + text.length) % ALIGNMENT);
  const header = Buffer.concat([prefix, Buffer.from(`${text}${' '.repeat(padding)}\n`, 'latin1')]);
  header.writeUInt16LE(header.length - prefix.length, 8);
  return header;
}

/** The whole file. */
export function encodeNpy(data: NpyData, shape: readonly number[]): Uint8Array {
  const elements = shape.reduce((all, size) => all * size, 1);
  if (elements !== data.length)
    throw new RangeError(`${data.length} elements, but the shape (${shape.join(', ')}) has ${elements}`);
  const elementBytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return Buffer.concat([npyHeader(typeOf(data), shape), elementBytes]);
}

function typeOf(data: NpyData): NpyWriteType {
  if (data instanceof Uint8Array) return 'u1';
  return data instanceof Uint16Array ? 'u2' : 'f4';
}
