/** Puts a picture of the report together: panels of pixels, and what is drawn over them. */
import { drawInset, drawPage, type Panel, type RgbImage } from './drawing.ts';

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
  const insets = images.map(({ image, panel }) =>
    drawInset(image, panel, panel.width < image.width ? 'cubic' : 'nearest'),
  );
  return drawPage(width, height, await Promise.all(insets), parts);
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
