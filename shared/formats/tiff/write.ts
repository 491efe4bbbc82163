/** The simplest TIFF that every program reads: classic, little endian, one uncompressed strip. */
import { endianness } from 'node:os';

const SHORT = 3;
const LONG = 4;
const HEADER_BYTES = 8;
/** After the header and a directory of ten tags: a reader of headers needs only the file's beginning. */
const PIXELS_AT = 136;

/** `pixels` x fastest. */
export function encodeTiff(
  width: number,
  height: number,
  pixels: Uint8Array | Uint16Array | Float32Array,
): Uint8Array {
  if (pixels.length !== width * height)
    throw new RangeError(`${pixels.length} pixels for an image of ${width} x ${height}`);
  const file = new Uint8Array(PIXELS_AT + pixels.byteLength);
  const view = new DataView(file.buffer);
  writeHeader(view, width, height, pixels);
  const target = file.subarray(PIXELS_AT);
  target.set(new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength));
  if (endianness() === 'BE') swap(target, pixels.BYTES_PER_ELEMENT);
  return file;
}

function writeHeader(
  view: DataView,
  width: number,
  height: number,
  pixels: Uint8Array | Uint16Array | Float32Array,
): void {
  view.setUint16(0, 0x4949);
  view.setUint16(2, 42, true);
  view.setUint32(4, HEADER_BYTES, true);
  const isFloat = pixels instanceof Float32Array;
  const tags: readonly (readonly [tag: number, type: number, value: number])[] = [
    [256, LONG, width],
    [257, LONG, height],
    [258, SHORT, pixels.BYTES_PER_ELEMENT * 8],
    [259, SHORT, 1],
    [262, SHORT, 1],
    [273, LONG, PIXELS_AT],
    [277, SHORT, 1],
    [278, LONG, height],
    [279, LONG, pixels.byteLength],
    [339, SHORT, isFloat ? 3 : 1],
  ];
  view.setUint16(HEADER_BYTES, tags.length, true);
  for (const [index, [tag, type, value]] of tags.entries()) {
    const at = HEADER_BYTES + 2 + index * 12;
    view.setUint16(at, tag, true);
    view.setUint16(at + 2, type, true);
    view.setUint32(at + 4, 1, true);
    // Little endian: a SHORT's two bytes come first in its four.
    view.setUint32(at + 8, value, true);
  }
}

function swap(bytes: Uint8Array, pixelBytes: number): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (pixelBytes === 2) buffer.swap16();
  if (pixelBytes === 4) buffer.swap32();
}
