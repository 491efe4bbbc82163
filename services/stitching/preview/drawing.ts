/** Pictures are drawn here and nowhere else: with sharp, as PNGs of few colours, without words where there is no font. */
import type Sharp from 'sharp';
import { COLOURS, svg, text } from './svg.ts';

/** A picture could not be drawn, for a reason that lies in the machine: what it shows is right all the same. */
export class DrawingError extends Error {
  override readonly name = 'DrawingError';
  constructor(cause: unknown) {
    super(`sharp could not draw it: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

type SharpModule = typeof Sharp;

/** Loads sharp when a picture is drawn. Whatever goes wrong in `draw` is a `DrawingError`: no store is used in it. */
export async function withSharp<T>(draw: (sharp: SharpModule) => Promise<T>): Promise<T> {
  try {
    const { default: sharp } = await import('sharp');
    return await draw(sharp);
  } catch (error) {
    throw error instanceof DrawingError ? error : new DrawingError(error);
  }
}

export interface Inset {
  /** PNG of the size it is drawn at. */
  readonly input: Buffer;
  readonly left: number;
  readonly top: number;
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

/** Without a font every character is drawn as the same box. */
export function canDrawWords(): Promise<boolean> {
  return withSharp(async (sharp) => {
    const draw = (words: string) =>
      sharp(svg(24, 24, [text([4, 18], words)]))
        .raw()
        .toBuffer();
    const [narrow, wide] = [await draw('.'), await draw('W')];
    return Buffer.compare(narrow, wide) !== 0;
  });
}
