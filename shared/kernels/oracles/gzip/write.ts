/** Writes one block (RFC 1951 section 3.2.3 to 3.2.7). */
import type { BitList } from './bits.ts';
import { canonicalCodes } from './code-lengths.ts';
import { type Header, type Plan, runExtraBits, SEND_ORDER } from './codes.ts';
import type { Item } from './items.ts';
import { codedDistance, codedLength, distanceExtraBits, END_OF_BLOCK, lengthExtraBits } from './symbols.ts';

const STORED_BYTES = 65_535;

export function writeStored(block: Uint8Array, isLast: boolean, out: BitList): void {
  for (let begin = 0; begin < block.length; begin += STORED_BYTES) {
    const piece = block.subarray(begin, begin + STORED_BYTES);
    out.put(isLast && begin + piece.length === block.length ? 1 : 0, 3);
    out.endByte();
    out.put(piece.length, 16);
    out.put(~piece.length, 16);
    for (const byte of piece) out.put(byte, 8);
  }
}

export function writeCoded(items: readonly Item[], plan: Plan, isLast: boolean, out: BitList): void {
  out.put(isLast ? 1 : 0, 1);
  out.put(plan.header === undefined ? 1 : 2, 2);
  if (plan.header !== undefined) writeHeader(plan.header, out);
  const putLiteral = putBy(plan.literals, out);
  const putDistance = putBy(plan.distances, out);
  for (const item of items) {
    if (typeof item === 'number') {
      putLiteral(item);
      continue;
    }
    const [length, distance] = [codedLength(item.length), codedDistance(item.distance)];
    putLiteral(length.symbol);
    out.put(length.extra, lengthExtraBits(length.symbol));
    putDistance(distance.symbol);
    out.put(distance.extra, distanceExtraBits(distance.symbol));
  }
  putLiteral(END_OF_BLOCK);
}

function writeHeader(header: Header, out: BitList): void {
  out.put(header.sentLiterals - 257, 5);
  out.put(header.sentDistances - 1, 5);
  out.put(header.sentLengths - 4, 4);
  for (const symbol of SEND_ORDER.slice(0, header.sentLengths)) out.put(header.lengths[symbol]!, 3);
  const put = putBy(header.lengths, out);
  for (const { symbol, extra } of header.runs) {
    put(symbol);
    out.put(extra, runExtraBits(symbol));
  }
}

function putBy(lengths: readonly number[], out: BitList): (symbol: number) => void {
  const codes = canonicalCodes(lengths);
  return (symbol) => out.put(codes[symbol]!, lengths[symbol]!);
}
