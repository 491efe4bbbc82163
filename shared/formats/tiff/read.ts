/** A grey TIFF's first image as numbers: 8 or 16 bit unsigned, or 32 bit float. */
import { readTiffHeader, type TiffHeader, ZSTD } from './header.ts';
import { isPlain, makeTiffPixels, pixelTypeOf, type TiffPixels } from './pixels.ts';
import { readTiffPage } from './read-page.ts';
import { readRegionOfRows, rowLayoutOf } from './rows.ts';
import { decodeWithSharp } from './sharp-decoder.ts';
import type { TiffSource } from './source.ts';
import { TiffError } from './tiff-error.ts';

export interface TiffImage {
  readonly width: number;
  readonly height: number;
  /** x fastest, as stored: never scaled. */
  readonly pixels: TiffPixels;
}

/** Throws `TiffError`; an image of another kind is refused by name, never converted. */
export async function readTiff(source: TiffSource): Promise<TiffImage> {
  const header = await readTiffHeader(source);
  const pixels = await decode(source, header);
  return { width: header.width, height: header.height, pixels };
}

async function decode(source: TiffSource, header: TiffHeader): Promise<TiffPixels> {
  const type = pixelTypeOf(header, source.name);
  if (header.compression === ZSTD) {
    const pixels = makeTiffPixels(type, header.width * header.height);
    await readTiffPage(source, header, pixels);
    return pixels;
  }
  if (!isPlain(header)) {
    const [bytes] = await source.read([{ start: 0, end: source.size }]);
    return decodeWithSharp(bytes ?? new Uint8Array(), header, type, source.name);
  }
  const pixels = makeTiffPixels(type, header.width * header.height);
  const region = { x0: 0, x1: header.width, y0: 0, y1: header.height };
  const isWhole = await readRegionOfRows(rowLayoutOf(header), region, pixels, (rows, into) =>
    source.readRows(rows, into),
  );
  if (!isWhole) throw new TiffError('truncated', source.name, 'the file is shorter than its listing says');
  return pixels;
}
