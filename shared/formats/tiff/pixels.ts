/** Which TIFFs are read, and into which arrays. Whatever is not read exactly is refused by name. */
import { type TiffHeader, UNCOMPRESSED, ZSTD } from './header.ts';
import { TiffError } from './tiff-error.ts';

export type TiffPixels = Uint8Array | Uint16Array | Float32Array;
export type TiffPixelType = 'uint8' | 'uint16' | 'float32';

const PIXEL_TYPES: Readonly<Record<string, TiffPixelType>> = {
  '8 bit unsigned': 'uint8',
  '16 bit unsigned': 'uint16',
  '32 bit float': 'float32',
};
const FORMATS: Readonly<Record<number, string>> = { 1: 'unsigned', 2: 'signed', 3: 'float', 4: 'unsigned' };

/** Lossless ones; zstd is decoded here, the others by libvips: LZW, deflate (both its numbers), PackBits. */
const COMPRESSIONS: Readonly<Record<number, string>> = {
  [UNCOMPRESSED]: 'none',
  5: 'LZW',
  8: 'deflate',
  32773: 'PackBits',
  32946: 'deflate',
  [ZSTD]: 'zstd',
};

/** The type of the image's pixels; throws `TiffError` of kind `unsupported` for an image that is not read. */
export function pixelTypeOf(header: TiffHeader, file: string): TiffPixelType {
  const refuse = (found: string, expected: string): never => {
    throw new TiffError('unsupported', file, `${found}; expected ${expected}`);
  };
  const { samplesPerPixel, photometric, compression, predictor, fillOrder, imageDepth } = header;
  if (samplesPerPixel !== 1) refuse(`${samplesPerPixel} samples per pixel`, 'one: a grey image');
  if (photometric === 0) refuse('white is stored as zero', 'black as zero');
  if (photometric !== 1) refuse(`photometric interpretation ${photometric}`, 'a grey image');
  if (fillOrder !== 1) refuse('the bits of each byte are reversed', 'the ordinary order');
  if (imageDepth !== 1) refuse('a three-dimensional image in one page', 'a plane');
  if (COMPRESSIONS[compression] === undefined)
    refuse(`compression ${compression}`, 'none, LZW, deflate, PackBits or zstd');
  const found = `${header.bitsPerSample} bit ${FORMATS[header.sampleFormat] ?? `format ${header.sampleFormat}`}`;
  const type = PIXEL_TYPES[found] ?? refuse(`${found} pixels`, Object.keys(PIXEL_TYPES).join(', '));
  const predictors = type === 'float32' ? [1, 2, 3] : [1, 2];
  if (!predictors.includes(predictor)) refuse(`predictor ${predictor}`, predictors.join(' or '));
  return type;
}

/** Rows lie in the file as they are: they can be read one by one. */
export const isPlain = ({ compression, predictor, segments }: TiffHeader): boolean =>
  compression === UNCOMPRESSED && predictor === 1 && segments.kind === 'strips';

export function makeTiffPixels(type: TiffPixelType, length: number): TiffPixels {
  if (type === 'uint8') return new Uint8Array(length);
  return type === 'uint16' ? new Uint16Array(length) : new Float32Array(length);
}
