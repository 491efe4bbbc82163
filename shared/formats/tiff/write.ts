/** The simplest TIFF that every program reads: classic, little endian, one uncompressed strip. */
import { endianness } from 'node:os';

const SHORT = 3;
const LONG = 4;
const HEADER_BYTES = 8;
/** A directory of ten tags: a reader of headers needs only the file's beginning. */
const DIRECTORY_BYTES = 128;
const MOST_BYTES = 2 ** 32;

/** `pixels` x fastest, then y, page. Throws `RangeError` above 4 GiB, which the format cannot hold. */
export function encodeTiff(
  width: number,
  height: number,
  pixels: Uint8Array | Uint16Array | Float32Array,
  pages = 1,
): Uint8Array {
  if (pixels.length !== width * height * pages)
    throw new RangeError(`${pixels.length} pixels for ${pages} x ${width} x ${height}`);
  const pixelBytes = pixels.byteLength / pages;
  const pageBytes = DIRECTORY_BYTES + pixelBytes + (pixelBytes % 2);
  const fileBytes = HEADER_BYTES + pageBytes * (pages - 1) + DIRECTORY_BYTES + pixelBytes;
  if (fileBytes > MOST_BYTES)
    throw new RangeError(`a TIFF of ${fileBytes} bytes, expected at most 4 GiB: write NRRD or NIfTI`);
  const file = new Uint8Array(fileBytes);
  const view = new DataView(file.buffer);
  writeHeader(view);
  for (let page = 0; page < pages; page++) {
    const at = HEADER_BYTES + page * pageBytes;
    const own = pixels.subarray(page * width * height, (page + 1) * width * height);
    writeDirectory(view, at, width, height, own, page + 1 < pages ? at + pageBytes : 0);
    const target = file.subarray(at + DIRECTORY_BYTES, at + DIRECTORY_BYTES + own.byteLength);
    target.set(new Uint8Array(own.buffer, own.byteOffset, own.byteLength));
    if (endianness() === 'BE') swap(target, own.BYTES_PER_ELEMENT);
  }
  return file;
}

function writeHeader(view: DataView): void {
  view.setUint16(0, 0x4949);
  view.setUint16(2, 42, true);
  view.setUint32(4, HEADER_BYTES, true);
}

/** `next`: where the next one begins, 0 after the last. */
function writeDirectory(
  view: DataView,
  start: number,
  width: number,
  height: number,
  pixels: Uint8Array | Uint16Array | Float32Array,
  next: number,
): void {
  const isFloat = pixels instanceof Float32Array;
  const tags: readonly (readonly [tag: number, type: number, value: number])[] = [
    [256, LONG, width],
    [257, LONG, height],
    [258, SHORT, pixels.BYTES_PER_ELEMENT * 8],
    [259, SHORT, 1],
    [262, SHORT, 1],
    [273, LONG, start + DIRECTORY_BYTES],
    [277, SHORT, 1],
    [278, LONG, height],
    [279, LONG, pixels.byteLength],
    [339, SHORT, isFloat ? 3 : 1],
  ];
  view.setUint16(start, tags.length, true);
  for (const [index, [tag, type, value]] of tags.entries()) {
    const at = start + 2 + index * 12;
    view.setUint16(at, tag, true);
    view.setUint16(at + 2, type, true);
    view.setUint32(at + 4, 1, true);
    // Little endian: a SHORT's two bytes come first in its four.
    view.setUint32(at + 8, value, true);
  }
  view.setUint32(start + 2 + tags.length * 12, next, true);
}

function swap(bytes: Uint8Array, pixelBytes: number): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (pixelBytes === 2) buffer.swap16();
  if (pixelBytes === 4) buffer.swap32();
}
