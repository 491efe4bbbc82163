/** One block of bzip2: symbols of prefix codes, runs of the first of a list, the Burrows-Wheeler transform, runs of bytes. */
import type { Bits } from './bit-window.ts';
import { MOST_CODE_BITS, type PrefixCode, prefixCode } from './prefix-code.ts';

interface Block {
  /** Of each byte in the transform's order: itself, and 8 bits higher the place of the one that follows it. */
  readonly links: Uint32Array;
  /** Of the first byte. */
  readonly first: number;
}

/** Symbols that one selector stands for. */
const GROUP = 50;
const MOST_CODES = 6;

/** `mostBytes`: the level's, before runs of bytes are undone. @throws ArrayFileError */
export function readBlock(bits: Bits, mostBytes: number): Block {
  if (bits.take(1) === 1) throw bits.damaged('of before bzip2 0.9.5');
  const first = bits.take(24);
  const alphabet = readAlphabet(bits);
  const codes = bits.take(3);
  if (codes < 2 || codes > MOST_CODES) throw bits.damaged(`${codes} tables of codes, expected 2 to 6`);
  const selectors = readSelectors(bits, codes);
  const tables = Array.from({ length: codes }, () => readCode(bits, alphabet.length + 2));
  const symbols = symbolsOf(bits, tables, selectors);
  const links = new Uint32Array(mostBytes);
  const length = undoMoves(bits, symbols, alphabet, links);
  if (first >= length) throw bits.damaged(`begins at byte ${first} of ${length}`);
  link(links.subarray(0, length));
  return { links: links.subarray(0, length), first };
}

/** The bytes that occur, in their order: a map of sixteen, each of sixteen. */
function readAlphabet(bits: Bits): Uint8Array {
  const used = bits.take(16);
  const bytes: number[] = [];
  for (let high = 0; high < 16; high++) {
    if (((used >> (15 - high)) & 1) === 0) continue;
    const low = bits.take(16);
    for (let i = 0; i < 16; i++) if ((low >> (15 - i)) & 1) bytes.push(16 * high + i);
  }
  return Uint8Array.from(bytes);
}

/** Which table each group of symbols is written with; the one used last is the shortest to write. */
function readSelectors(bits: Bits, codes: number): Uint8Array {
  const order = Uint8Array.from({ length: codes }, (_, code) => code);
  const selectors = new Uint8Array(bits.take(15));
  for (let i = 0; i < selectors.length; i++) {
    let place = 0;
    while (bits.take(1) === 1) if (++place === codes) throw bits.damaged('a table that is not there');
    selectors[i] = toFront(order, place);
  }
  return selectors;
}

/** Lengths are written as steps from symbol to symbol. */
function readCode(bits: Bits, symbols: number): PrefixCode {
  const lengths = new Uint8Array(symbols);
  let length = bits.take(5);
  for (let symbol = 0; symbol < symbols; symbol++) {
    for (;;) {
      if (length < 1 || length > MOST_CODE_BITS) throw bits.damaged(`a code of ${length} bits`);
      if (bits.take(1) === 0) break;
      length += bits.take(1) === 0 ? 1 : -1;
    }
    lengths[symbol] = length;
  }
  return prefixCode(lengths);
}

function symbolsOf(bits: Bits, tables: readonly PrefixCode[], selectors: Uint8Array): () => number {
  let [group, left] = [0, 0];
  let table = tables[0]!;
  return () => {
    if (left === 0) {
      if (group === selectors.length) throw bits.damaged('more symbols than selectors');
      table = tables[selectors[group++]!]!;
      left = GROUP;
    }
    left -= 1;
    return table(bits);
  };
}

/**
 * Symbols become bytes: 0 and 1 are digits of the length of a run of the byte at the list's front, the others places in
 * the list, the last one the end. Returns the number of bytes.
 */
function undoMoves(bits: Bits, next: () => number, alphabet: Uint8Array, into: Uint32Array): number {
  const list = alphabet.slice();
  const end = alphabet.length + 1;
  let length = 0;
  for (let [run, digit] = [0, 1]; ; ) {
    const symbol = next();
    if (symbol <= 1) {
      run += digit << symbol;
      digit *= 2;
      if (run > into.length) throw bits.damaged('a run longer than its block');
      continue;
    }
    if (length + run + (symbol === end ? 0 : 1) > into.length) throw bits.damaged('a block that is too long');
    into.fill(list[0] ?? 0, length, length + run);
    length += run;
    if (symbol === end) return length;
    into[length++] = toFront(list, symbol - 1);
    [run, digit] = [0, 1];
  }
}

function toFront(list: Uint8Array, place: number): number {
  const value = list[place]!;
  list.copyWithin(1, 0, place);
  list[0] = value;
  return value;
}

/** The bytes in sorted order are the transform's first column: each leads to the one that follows it. */
function link(links: Uint32Array): void {
  const places = new Uint32Array(256);
  for (const byte of links) places[byte]! += 1;
  for (let byte = 0, before = 0; byte < 256; byte++) {
    const count = places[byte]!;
    places[byte] = before;
    before += count;
  }
  for (let i = 0; i < links.length; i++) {
    const place = places[links[i]! & 0xff]!++;
    links[place] = links[place]! | (i << 8);
  }
}

const PIECE_BYTES = 2 ** 16;
/** Four equal bytes are followed by the number of more of them. */
const RUN = 4;

/** Each piece is a copy. */
export function* bytesOfBlock({ links, first }: Block): Generator<Uint8Array> {
  let out = new Uint8Array(PIECE_BYTES);
  let [filled, equal, last] = [0, 0, -1];
  for (let n = 0, place = links[first]! >>> 8; n < links.length; n++) {
    const byte = links[place]! & 0xff;
    place = links[place]! >>> 8;
    if (equal === RUN) {
      out.fill(last, filled, filled + byte);
      filled += byte;
      [equal, last] = [0, -1];
    } else {
      equal = byte === last ? equal + 1 : 1;
      last = byte;
      out[filled++] = byte;
    }
    if (filled <= PIECE_BYTES - 256) continue;
    yield out.subarray(0, filled);
    out = new Uint8Array(PIECE_BYTES);
    filled = 0;
  }
  yield out.subarray(0, filled);
}
