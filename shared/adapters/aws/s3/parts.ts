/** Cutting a stream into the parts of a multipart upload. */

const MIB = 2 ** 20;
const FIRST_PART = 16 * MIB;
/** Of at most 10,000 parts (AWS-LIMITS, S3). The size doubles after each thousand: 16 TiB in all. */
const PARTS_OF_ONE_SIZE = 1000;

/** Least bytes of the part of that number, from 0. */
export const partBytes = (number: number): number => FIRST_PART * 2 ** Math.floor(number / PARTS_OF_ONE_SIZE);

/** Pieces of a long array, for `cutIntoParts`. */
export async function* partsOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += FIRST_PART)
    yield bytes.subarray(start, start + FIRST_PART);
}

/** Copies, since whoever yields may use the same bytes again. The last part may be short; a stream may be empty. */
export async function* cutIntoParts(
  stream: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, undefined> {
  let pieces: Uint8Array[] = [];
  let length = 0;
  let number = 0;
  for await (const piece of stream) {
    pieces.push(piece.slice());
    length += piece.length;
    if (length < partBytes(number)) continue;
    const part = joined(pieces);
    // Not held while the part waits to be sent.
    pieces = [];
    length = 0;
    number += 1;
    yield part;
  }
  if (length > 0) yield joined(pieces);
}

const joined = (pieces: readonly Uint8Array[]): Uint8Array =>
  pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
