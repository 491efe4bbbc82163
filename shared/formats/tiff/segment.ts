/** One strip or tile: from its bytes in the file to samples. */
import { promisify } from 'node:util';
import { inflate } from 'node:zlib';
import { type ElementArray, elementBytes, elementsFrom, makeElements } from '../elements.ts';
import { unzstd } from '../zstd.ts';
import type { TiffHeader } from './header.ts';
import { decodeLzw } from './lzw.ts';
import { decodePackBits } from './pack-bits.ts';
import type { PageType } from './page-type.ts';
import { undoPredictor } from './predictor.ts';
import { TiffError } from './tiff-error.ts';
import { reversedBits, unpackBits } from './unpack-bits.ts';

const inflateAsync = promisify(inflate);

export interface Segment {
  readonly index: number;
  /** Pixels, a tile's whole even where it reaches beyond the image. */
  readonly width: number;
  readonly height: number;
  readonly bytes: Uint8Array;
}

/** Row by row, exactly width x height. Throws `TiffError`. */
export async function decodeSegment(
  { index, width, height, bytes }: Segment,
  header: TiffHeader,
  { type, compression }: PageType,
  file: string,
): Promise<ElementArray> {
  const { bitsPerSample: bits, fillOrder, littleEndian, predictor } = header;
  const lengthBytes = Math.ceil((width * bits) / 8) * height;
  const stored = fillOrder === 2 ? reversedBits(bytes) : bytes;
  const plain = await unpacked(
    stored,
    compression,
    lengthBytes,
    `${file}, ${header.segments.kind.slice(0, -1)} ${index}`,
  );
  if (bits !== 8 * elementBytes(type)) {
    const samples = makeElements(type, width * height) as Uint8Array | Uint16Array;
    unpackBits(plain, bits, width, samples);
    return samples;
  }
  undoPredictor(plain, { type, littleEndian, predictor, width });
  return elementsFrom(plain, type, isHostLittle());
}

/** Always a copy that begins where any type may. */
async function unpacked(
  bytes: Uint8Array,
  compression: PageType['compression'],
  lengthBytes: number,
  where: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const out = new Uint8Array(lengthBytes);
  const filled = await fill(out, bytes, compression, where);
  if (filled === lengthBytes) return out;
  throw new TiffError('damaged', where, `decodes to ${filled} bytes, expected ${lengthBytes}`);
}

async function fill(
  out: Uint8Array,
  bytes: Uint8Array,
  compression: PageType['compression'],
  where: string,
): Promise<number> {
  switch (compression) {
    case 'LZW':
      if (bytes[0] === 0 && (bytes[1]! & 1) === 1)
        throw new TiffError('unsupported', where, 'LZW of before TIFF 5; expected that of TIFF 6');
      return decodeLzw(bytes, out);
    case 'PackBits':
      return decodePackBits(bytes, out);
    case 'deflate':
      return inflateInto(out, bytes, where);
    case 'zstd':
      return unzstdInto(out, bytes, where);
    case 'none': {
      const part = bytes.subarray(0, out.length);
      out.set(part);
      return part.length;
    }
    case 'JPEG':
      throw new TypeError('JPEG is decoded by libvips');
  }
}

/** Some writers fill up the last strip: what is beyond is not looked at, as long as it is no more than padding. */
async function inflateInto(out: Uint8Array, bytes: Uint8Array, where: string): Promise<number> {
  const options = { chunkSize: out.length + 128, maxOutputLength: mostFilledUp(out) };
  const plain = await inflateAsync(bytes, options).catch((cause: Error) => {
    throw new TiffError(
      'damaged',
      where,
      `its deflate data are damaged or cut short (${cause.message})`,
      cause,
    );
  });
  const part = plain.subarray(0, out.length);
  out.set(part);
  return part.length;
}

async function unzstdInto(out: Uint8Array, bytes: Uint8Array, where: string): Promise<number> {
  const plain = await unzstd(bytes, mostFilledUp(out)).catch((cause: Error) => {
    throw new TiffError('unsupported', where, `zstd data of ${cause.message}`, cause);
  });
  if (plain === undefined)
    throw new TiffError('damaged', where, 'its zstd data are damaged, cut short or too long');
  const part = plain.subarray(0, out.length);
  out.set(part);
  return part.length;
}

const MOST_PADDING = 2 ** 20;
const mostFilledUp = ({ length }: Uint8Array): number => 2 * length + MOST_PADDING;

const isHostLittle = (): boolean => new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;
