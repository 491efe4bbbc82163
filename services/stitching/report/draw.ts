/** Puts a picture of the report together: panels of pixels, and what is drawn over them. */
import { COLOURS, svg } from '../preview/svg.ts';

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

export interface PlacedImage {
  readonly image: RgbImage;
  readonly panel: Panel;
}

/** A PNG. Images are enlarged pixel by pixel: smoothing would show what nobody recorded. */
export async function drawPicture(
  width: number,
  height: number,
  images: readonly PlacedImage[],
  parts: readonly string[],
): Promise<Uint8Array> {
  const { default: sharp } = await import('sharp');
  const panels = await Promise.all(
    images.map(async ({ image, panel }) => ({
      input: await sharp(image.pixels, {
        raw: { width: image.width, height: image.height, channels: 3 },
      })
        .resize(panel.width, panel.height, {
          fit: 'fill',
          kernel: panel.width < image.width ? 'cubic' : 'nearest',
        })
        .png()
        .toBuffer(),
      left: panel.left,
      top: panel.top,
    })),
  );
  return sharp({ create: { width, height, channels: 3, background: COLOURS.page } })
    .composite([...panels, { input: svg(width, height, parts), left: 0, top: 0 }])
    .png({ compressionLevel: 9 })
    .toBuffer();
}

export function rgbImage(
  width: number,
  height: number,
  colourAt: (pixel: number) => readonly [number, number, number],
): RgbImage {
  const pixels = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) pixels.set(colourAt(i), i * 3);
  return { width, height, pixels };
}
