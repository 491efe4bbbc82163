/** Pictures for people are drawn with sharp. Where it does not work a job goes on without them, and says so. */
import type Sharp from 'sharp';

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

/** Without a font every character is drawn as the same box. */
export function canDrawWords(): Promise<boolean> {
  return withSharp(async (sharp) => {
    const draw = (word: string) => sharp(letter(word)).raw().toBuffer();
    const [narrow, wide] = [await draw('.'), await draw('W')];
    return Buffer.compare(narrow, wide) !== 0;
  });
}

/** The faces that every picture names. */
export const FONTS = 'DejaVu Sans, Helvetica, Arial, sans-serif';

const letter = (word: string): Buffer =>
  Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="24" height="24" font-family="${FONTS}" font-size="13" fill="#fff"><text x="4" y="18">${word}</text></svg>`,
  );
