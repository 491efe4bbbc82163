/** Which images are read plane by plane, and into which numbers: more than an acquisition's planes may be. */
import type { ElementType } from '../elements.ts';
import { type TiffHeader, UNCOMPRESSED, ZSTD } from './header.ts';
import { TiffError } from './tiff-error.ts';

export type PageCompression = 'none' | 'LZW' | 'deflate' | 'PackBits' | 'zstd' | 'JPEG';

export interface PageType {
  readonly type: ElementType;
  readonly compression: PageCompression;
}

const COMPRESSIONS: Readonly<Record<number, PageCompression>> = {
  [UNCOMPRESSED]: 'none',
  5: 'LZW',
  7: 'JPEG',
  8: 'deflate',
  32773: 'PackBits',
  32946: 'deflate',
  [ZSTD]: 'zstd',
};

const WHOLE = [8, 16, 32, 64];

/** Throws `TiffError` of kind `unsupported` for an image that is not read. */
export function pageTypeOf(header: TiffHeader, file: string): PageType {
  const refuse = (found: string, expected: string): never => {
    throw new TiffError('unsupported', file, `${found}; expected ${expected}. Convert it first.`);
  };
  const { samplesPerPixel, photometric, predictor, imageDepth, bitsPerSample } = header;
  if (samplesPerPixel !== 1) refuse(`${samplesPerPixel} samples per pixel`, 'one: a grey image');
  // 0, white is zero, is read as it is stored: whoever opens the file says so.
  if (photometric > 1) refuse(`photometric interpretation ${photometric}`, 'a grey image');
  if (imageDepth !== 1) refuse('a three-dimensional image in one page', 'a plane');
  const compression =
    COMPRESSIONS[header.compression] ??
    refuse(`compression ${header.compression}`, 'none, LZW, deflate, PackBits, zstd or JPEG');
  const type = elementTypeOf(header) ?? refuse(typeName(header), 'whole numbers, float32 or float64');
  if (compression === 'JPEG' && (type !== 'uint8' || bitsPerSample !== 8 || header.pages > 1))
    refuse(`${typeName(header)} as JPEG in a file of ${header.pages} pages`, '8 bits and a single page');
  if (!predictorsOf(header).includes(predictor))
    refuse(`predictor ${predictor} for ${typeName(header)}`, predictorsOf(header).join(' or '));
  return { type, compression };
}

/** Odd numbers of bits become the next larger type, not scaled. */
function elementTypeOf({ bitsPerSample: bits, sampleFormat }: TiffHeader): ElementType | undefined {
  const isWhole = WHOLE.includes(bits);
  if (sampleFormat === 3) return bits === 32 ? 'float32' : bits === 64 ? 'float64' : undefined;
  if (sampleFormat === 2) return isWhole ? (`int${bits}` as ElementType) : undefined;
  if (sampleFormat !== 1 && sampleFormat !== 4) return undefined;
  if (isWhole) return `uint${bits}` as ElementType;
  // Programs differ on the byte order of 17 to 31 bits.
  return bits < 8 ? 'uint8' : bits < 16 ? 'uint16' : undefined;
}

function predictorsOf({ bitsPerSample, sampleFormat }: TiffHeader): readonly number[] {
  if (!WHOLE.includes(bitsPerSample)) return [1];
  return sampleFormat === 3 ? [1, 2, 3] : [1, 2];
}

const typeName = ({ bitsPerSample, sampleFormat }: TiffHeader): string =>
  `${bitsPerSample} bit ${{ 1: 'unsigned', 2: 'signed', 3: 'float', 4: 'unsigned' }[sampleFormat] ?? `format ${sampleFormat}`} pixels`;
