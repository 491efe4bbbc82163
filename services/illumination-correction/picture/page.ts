/** Panels put on a page with words, as a PNG. Where sharp does not work a job goes without its picture. */
import type Sharp from 'sharp';

/** A picture could not be drawn, for a reason that lies in the machine. */
export class PictureError extends Error {
  override readonly name = 'PictureError';
  constructor(cause: unknown) {
    super(`sharp could not draw it: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

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

export async function drawPage(
  size: { readonly width: number; readonly height: number },
  panels: readonly Panel[],
  words: readonly Words[],
): Promise<Uint8Array> {
  try {
    const { default: sharp } = await import('sharp');
    const insets = await Promise.all(panels.map((panel) => drawPanel(sharp, panel)));
    const lettering = (await hasFont(sharp)) ? [{ input: svgOf(size, words), left: 0, top: 0 }] : [];
    return await sharp({ create: { ...size, channels: 3, background: '#0d0f14' } })
      .composite([...insets, ...lettering])
      .png({ compressionLevel: 9, palette: true, dither: 0, quality: 90 })
      .toBuffer();
  } catch (error) {
    throw new PictureError(error);
  }
}

async function drawPanel(sharp: typeof Sharp, { left, top, width, height, image }: Panel) {
  const input = await sharp(image.pixels, { raw: { width: image.width, height: image.height, channels: 3 } })
    .resize(width, height, { fit: 'fill', kernel: 'cubic' })
    .png()
    .toBuffer();
  return { input, left, top };
}

/** Without a font every character is drawn as the same box. */
async function hasFont(sharp: typeof Sharp): Promise<boolean> {
  const draw = (text: string) =>
    sharp(svgOf({ width: 24, height: 24 }, [{ left: 4, base: 18, text }]))
      .raw()
      .toBuffer();
  return Buffer.compare(await draw('.'), await draw('W')) !== 0;
}

function svgOf({ width, height }: { width: number; height: number }, words: readonly Words[]): Buffer {
  const lines = words.map(({ left, base, text }) => `<text x="${left}" y="${base}">${text}</text>`);
  return Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-size="13" fill="#dfe3ec" ` +
      `font-family="DejaVu Sans, Helvetica, Arial, sans-serif">${lines.join('')}</svg>`,
  );
}
