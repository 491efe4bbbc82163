/** The pages of stitching's pictures: PNGs of few colours, without words where there is no font. */
import { canDrawWords, withSharp } from '../../../shared/pictures/drawing.ts';
import { COLOURS, svg } from './svg.ts';

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
