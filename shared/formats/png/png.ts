/** Grey PNG files as numbers, as stored: 8 or 16 bits, and fewer as bytes that are not scaled up. */
import type { ElementType } from '../elements.ts';
import { PngError } from './png-error.ts';

export interface PngHeader {
  readonly width: number;
  readonly height: number;
  readonly bits: number;
  readonly type: Extract<ElementType, 'uint8' | 'uint16'>;
}

/** Signature, and the chunk that every PNG begins with. */
export const PNG_HEADER_BYTES = 33;
const SIGNATURE = '\x89PNG\r\n\x1a\n';
const COLOURS: Readonly<Record<number, string>> = {
  2: 'RGB',
  3: 'a palette',
  4: 'grey with transparency',
  6: 'RGB with transparency',
};
/** Deflate makes at most 1032 bytes of one. */
const MOST_EXPANSION = 1032;

export const isPng = (bytes: Uint8Array): boolean =>
  Buffer.from(bytes.subarray(0, 8)).toString('latin1') === SIGNATURE;

/** `start`: the first `PNG_HEADER_BYTES`. Refuses sizes that the file cannot hold. @throws PngError */
export function parsePngHeader(file: string, start: Uint8Array, fileBytes: number): PngHeader {
  if (!isPng(start)) throw new PngError(file, 'not a PNG file');
  if (start.length < PNG_HEADER_BYTES)
    throw new PngError(file, `ends after ${start.length} bytes: cut short`);
  const view = new DataView(start.buffer, start.byteOffset, start.byteLength);
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  const [bits, colour] = [view.getUint8(24), view.getUint8(25)];
  if (COLOURS[colour] !== undefined)
    throw new PngError(file, `its pixels are ${COLOURS[colour]}; expected a grey image: convert it first`);
  if (colour !== 0 || ![1, 2, 4, 8, 16].includes(bits))
    throw new PngError(file, `colour type ${colour} with ${bits} bits: its header is damaged`);
  const pixelBytes = (width * height * bits) / 8;
  if (width < 1 || height < 1 || pixelBytes > fileBytes * MOST_EXPANSION)
    throw new PngError(
      file,
      `${width} x ${height} pixels of ${bits} bits cannot lie in ${fileBytes} bytes: damaged or cut short`,
    );
  return { width, height, bits, type: bits === 16 ? 'uint16' : 'uint8' };
}

/** The whole file's pixels, x fastest. @throws PngError */
export async function decodePng(
  file: string,
  bytes: Uint8Array,
  { width, height, bits, type }: PngHeader,
): Promise<Uint8Array | Uint16Array> {
  const { default: sharp } = await import('sharp');
  sharp.cache(false);
  sharp.concurrency(1);
  // A colour profile is no part of the numbers: applied, it would change them.
  const decoding = sharp(bytes, { failOn: 'error', ignoreIcc: true, limitInputPixels: width * height })
    .toColourspace(type === 'uint16' ? 'grey16' : 'b-w')
    .raw({ depth: type === 'uint16' ? 'ushort' : 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const { data, info } = await decoding.catch((cause: Error) => {
    throw new PngError(file, `cannot be decoded (${cause.message.trim().split('\n')[0]})`, cause);
  });
  if (info.width !== width || info.height !== height || info.channels !== 1)
    throw new PngError(
      file,
      `decodes to ${info.width} x ${info.height} pixels of ${info.channels} channels, expected ${width} x ${height} grey ones`,
    );
  if (type === 'uint16') return new Uint16Array(new Uint8Array(data).buffer);
  return bits === 8 ? data : data.map((value) => value / (255 / (2 ** bits - 1)));
}
