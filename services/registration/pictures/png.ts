/** Pixels and SVG to PNG. */
import { withSharp } from '../../../shared/pictures/drawing.ts';

export interface Picture {
  readonly width: number;
  readonly height: number;
  /** Red, green, blue of each pixel, x fastest. */
  readonly pixels: Uint8Array;
}

export const blankPicture = (width: number, height: number): Picture => ({
  width,
  height,
  pixels: new Uint8Array(3 * width * height),
});

/** Throws `DrawingError`. */
export const pngOf = ({ width, height, pixels }: Picture): Promise<Uint8Array> =>
  withSharp((sharp) =>
    sharp(pixels, { raw: { width, height, channels: 3 } })
      .png({ compressionLevel: 9 })
      .toBuffer(),
  );

/** Throws `DrawingError`. */
export const pngOfSvg = (svg: string): Promise<Uint8Array> =>
  withSharp((sharp) => sharp(Buffer.from(svg)).png({ compressionLevel: 9 }).toBuffer());

/** Pictures side by side, `gap` pixels of black between them. */
export function beside(pictures: readonly Picture[], gap: number): Picture {
  const width = pictures.reduce((sum, picture) => sum + picture.width + gap, -gap);
  const height = Math.max(...pictures.map((picture) => picture.height));
  const page = blankPicture(width, height);
  let left = 0;
  for (const picture of pictures) {
    for (let y = 0; y < picture.height; y++) {
      const row = picture.pixels.subarray(3 * y * picture.width, 3 * (y + 1) * picture.width);
      page.pixels.set(row, 3 * (left + y * width));
    }
    left += picture.width + gap;
  }
  return page;
}
