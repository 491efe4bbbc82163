/** The pages of stitching's pictures: PNGs of few colours, without words where there is no font. */
import { canDrawWords, withSharp } from '../../../shared/pictures/drawing.ts';
import { COLOURS, svg } from './svg.ts';

/** Where a picture lies on the page, in pixels. */
export interface Panel {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export interface RgbImage {
  readonly width: number;
  readonly height: number;
  /** Red, green, blue of each pixel, x fastest. */
  readonly pixels: Uint8Array;
}

/** Pixels of the size they are drawn at. */
export interface Inset {
  readonly input: Buffer;
  readonly raw: { readonly width: number; readonly height: number; readonly channels: 3 };
  readonly left: number;
  readonly top: number;
}

export async function drawInset(
  { pixels, width, height }: RgbImage,
  { left, top, ...size }: Panel,
  kernel: 'nearest' | 'cubic',
): Promise<Inset> {
  const input = await withSharp((sharp) =>
    sharp(pixels, { raw: { width, height, channels: 3 } })
      .resize(size.width, size.height, { fit: 'fill', kernel })
      .raw()
      .toBuffer(),
  );
  return { input, raw: { ...size, channels: 3 }, left, top };
}

/** The whole picture, a PNG: insets on the page, and `parts` of an SVG over them. */
export function drawPage(
  width: number,
  height: number,
  insets: readonly Inset[],
  parts: readonly string[],
): Promise<Uint8Array> {
  return withSharp(async (sharp) => {
    const over = svg(width, height, parts, await canDrawWords());
    return sharp({ create: { width, height, channels: 3, background: COLOURS.page } })
      .composite([...insets, { input: over, left: 0, top: 0 }])
      .png({ compressionLevel: 9, palette: true, dither: 0, quality: QUALITY })
      .toBuffer();
  });
}

/** As many colours as this needs: hardly to be told from all of them, for two thirds of the bytes. */
const QUALITY = 90;
