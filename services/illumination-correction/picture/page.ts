/** Panels put on a page with words, as a PNG. Where sharp does not work a job goes without its picture. */
import type Sharp from 'sharp';
import { canDrawWords, FONTS, withSharp } from '../../../shared/pictures/drawing.ts';

export interface Panel {
  readonly left: number;
  readonly top: number;
  /** Pixels on the page. */
  readonly width: number;
  readonly height: number;
  readonly image: {
    readonly width: number;
    readonly height: number;
    /** Red, green, blue, x fastest. */
    readonly pixels: Uint8Array;
  };
}

export interface Words {
  readonly left: number;
  /** Of the line that letters stand on. */
  readonly base: number;
  readonly text: string;
}

/** Throws `DrawingError`. */
export function drawPage(
  size: { readonly width: number; readonly height: number },
  panels: readonly Panel[],
  words: readonly Words[],
): Promise<Uint8Array> {
  return withSharp(async (sharp) => {
    const insets = await Promise.all(panels.map((panel) => drawPanel(sharp, panel)));
    const lettering = (await canDrawWords()) ? [{ input: svgOf(size, words), left: 0, top: 0 }] : [];
    return sharp({ create: { ...size, channels: 3, background: '#0d0f14' } })
      .composite([...insets, ...lettering])
      .png({ compressionLevel: 9, palette: true, dither: 0, quality: 90 })
      .toBuffer();
  });
}

async function drawPanel(sharp: typeof Sharp, { left, top, width, height, image }: Panel) {
  const input = await sharp(image.pixels, { raw: { width: image.width, height: image.height, channels: 3 } })
    .resize(width, height, { fit: 'fill', kernel: 'cubic' })
    .png()
    .toBuffer();
  return { input, left, top };
}

function svgOf({ width, height }: { width: number; height: number }, words: readonly Words[]): Buffer {
  const lines = words.map(({ left, base, text }) => `<text x="${left}" y="${base}">${text}</text>`);
  return Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-size="13" fill="#dfe3ec" ` +
      `font-family="${FONTS}">${lines.join('')}</svg>`,
  );
}
