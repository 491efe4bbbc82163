// Huffman code lengths with a limit. RFC 1951 says how lengths become codes, not how they are found.
import { DEPTHS, DIGITS, SORTED, SORTED_BEFORE } from './scratch';
import { addToWord, setWord, word } from './words';

/** `counts`: u32[symbols], sum below 2^18; `lengths`: u8[symbols], at most `limit`, 0 for what does not occur. */
export function findCodeLengths(scratch: usize, counts: usize, symbols: u32, limit: u32, lengths: usize): void {
  memory.fill(lengths, 0, symbols);
  const used = sortByCount(scratch, counts, symbols);
  if (used == 0) return;
  if (used == 1) {
    store<u8>(lengths + symbolAt(scratch, 0), 1);
    return;
  }
  countLeaves(scratch, used, limit);
  shorten(scratch + DEPTHS, limit);
  handOut(scratch, used, limit, lengths);
}

function symbolAt(scratch: usize, index: u32): u32 {
  return word(scratch + SORTED, index) & 511;
}

/** Symbols that occur, by count, then by number: `SORTED` holds count << 9 | symbol. */
function sortByCount(scratch: usize, counts: usize, symbols: u32): u32 {
  const sorted = scratch + SORTED;
  let used: u32 = 0;
  for (let symbol: u32 = 0; symbol < symbols; symbol++) {
    const count = word(counts, symbol);
    setWord(sorted, used, (count << 9) | symbol);
    used += <u32>(count > 0);
  }
  sortByDigit(scratch + DIGITS, sorted, scratch + SORTED_BEFORE, used, 9);
  sortByDigit(scratch + DIGITS, scratch + SORTED_BEFORE, sorted, used, 18);
  return used;
}

/** One pass of a radix sort, by the nine bits from `shift`. */
function sortByDigit(digits: usize, from: usize, to: usize, used: u32, shift: u32): void {
  memory.fill(digits, 0, 512 * 4);
  for (let i: u32 = 0; i < used; i++) {
    const digit = (word(from, i) >> shift) & 511;
    addToWord(digits, digit, 1);
  }
  let before: u32 = 0;
  for (let digit: u32 = 0; digit < 512; digit++) {
    const count = word(digits, digit);
    setWord(digits, digit, before);
    before += count;
  }
  for (let i: u32 = 0; i < used; i++) {
    const key = word(from, i);
    const digit = (key >> shift) & 511;
    const place = word(digits, digit);
    setWord(to, place, key);
    setWord(digits, digit, place + 1);
  }
}

/** Moffat and Katajainen, in place: how many leaves a Huffman tree has at each depth, the deepest at `limit`. */
function countLeaves(scratch: usize, used: u32, limit: u32): void {
  const tree = scratch + SORTED_BEFORE;
  for (let i: u32 = 0; i < used; i++) setWord(tree, i, word(scratch + SORTED, i) >> 9);
  mergePairs(tree, used);
  // Parents to depths of the inner nodes, the root last.
  setWord(tree, used - 2, 0);
  for (let i: i32 = <i32>used - 3; i >= 0; i--) setWord(tree, i, word(tree, word(tree, i)) + 1);
  const depths = scratch + DEPTHS;
  memory.fill(depths, 0, 16 * 4);
  let inner = <i32>used - 2;
  let open: u32 = 1;
  for (let depth: u32 = 0; open > 0; depth++) {
    let nodes: u32 = 0;
    for (; inner >= 0 && word(tree, inner) == depth; inner--) nodes++;
    const clamped = min(depth, limit);
    addToWord(depths, clamped, open - nodes);
    open = 2 * nodes;
  }
}

/** Two queues, leaves and inner nodes; an inner node that has a parent holds its number instead of its weight. */
function mergePairs(tree: usize, used: u32): void {
  let leaf: u32 = 0;
  let root: u32 = 0;
  for (let next: u32 = 0; next < used - 1; next++) {
    let weight: u32 = 0;
    for (let half = 0; half < 2; half++) {
      if (leaf >= used || (root < next && word(tree, root) < word(tree, leaf))) {
        weight += word(tree, root);
        setWord(tree, root++, next);
      } else {
        weight += word(tree, leaf++);
      }
    }
    setWord(tree, next, weight);
  }
}

/** Clamping left more leaves than there are codes: longer codes for some, until Kraft's sum is 1 again. */
function shorten(depths: usize, limit: u32): void {
  let sum: u32 = 0;
  for (let length: u32 = 1; length <= limit; length++) sum += word(depths, length) << (limit - length);
  for (; sum > (<u32>1) << limit; sum--) {
    let length = limit - 1;
    while (word(depths, length) == 0) length--;
    addToWord(depths, limit, -1);
    addToWord(depths, length, -1);
    addToWord(depths, length + 1, 2);
  }
}

/** The shortest to the most frequent. */
function handOut(scratch: usize, used: u32, limit: u32, lengths: usize): void {
  let i = used;
  for (let length: u32 = 1; length <= limit; length++) {
    for (let left = word(scratch + DEPTHS, length); left > 0; left--) {
      store<u8>(lengths + symbolAt(scratch, --i), <u8>length);
    }
  }
}

/** Canonical codes (RFC 1951 section 3.2.2), bits reversed: DEFLATE writes them from the first bit on. */
export function assignCodes(scratch: usize, lengths: usize, symbols: u32, codes: usize): void {
  const next = scratch + DEPTHS;
  memory.fill(next, 0, 16 * 4);
  for (let symbol: u32 = 0; symbol < symbols; symbol++) {
    const length = <u32>load<u8>(lengths + symbol);
    addToWord(next, length, 1);
  }
  let code: u32 = 0;
  let shorter: u32 = 0;
  for (let length: u32 = 1; length <= 15; length++) {
    code = (code + shorter) << 1;
    shorter = word(next, length);
    setWord(next, length, code);
  }
  for (let symbol: u32 = 0; symbol < symbols; symbol++) {
    const length = <u32>load<u8>(lengths + symbol);
    if (length == 0) continue;
    setWord(codes, symbol, reverse(word(next, length), length));
    addToWord(next, length, 1);
  }
}

function reverse(code: u32, length: u32): u32 {
  code = ((code & 0x5555) << 1) | ((code >> 1) & 0x5555);
  code = ((code & 0x3333) << 2) | ((code >> 2) & 0x3333);
  code = ((code & 0x0f0f) << 4) | ((code >> 4) & 0x0f0f);
  return (((code & 0xff) << 8) | (code >> 8)) >> (16 - length);
}
