/** Puts a picture of the report together: panels of pixels, and what is drawn over them. */
import { withSharp } from '../../../shared/pictures/drawing.ts';
import { drawPage, type Inset } from '../preview/drawing.ts';

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

/** A PNG. Images are enlarged pixel by pixel: smoothing would show what nobody recorded. Throws `DrawingError`. */
export async function drawPicture(
  width: number,
  height: number,
  images: readonly PlacedImage[],
  parts: readonly string[],
): Promise<Uint8Array> {
  return drawPage(width, height, await Promise.all(images.map(inset)), parts);
}

async function inset({ image: { pixels, width, height }, panel }: PlacedImage): Promise<Inset> {
  const kernel = panel.width < width ? 'cubic' : 'nearest';
  const input = await withSharp((sharp) =>
    sharp(pixels, { raw: { width, height, channels: 3 } })
      .resize(panel.width, panel.height, { fit: 'fill', kernel })
      .png()
      .toBuffer(),
  );
  return { input, left: panel.left, top: panel.top };
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
