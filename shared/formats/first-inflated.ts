import { type ArrayFile, inflated } from './array-file.ts';

/** The first bytes of a gzip file: at least so many, where there are as many. @throws ArrayFileError */
export async function firstInflated(file: ArrayFile, bytes: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of inflated(file, 0)) {
    pieces.push(piece);
    length += piece.length;
    if (length >= bytes) break;
  }
  return Buffer.concat(pieces);
}
