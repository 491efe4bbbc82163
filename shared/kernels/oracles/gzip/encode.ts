/**
 * The gzip file that the kernel writes, byte for byte. Blocks of 64 KiB, each the smallest of: stored, DEFLATE's fixed
 * codes, codes of its own; ties: fixed before own, codes before stored.
 */
import { crc32 } from 'node:zlib';
import type { GzipLevel } from '../../gzip.ts';
import { type BitList, emptyBits } from './bits.ts';
import { fixedPlan, type Plan, planCodes } from './codes.ts';
import { type Item, makeItems } from './items.ts';
import { type Finder, makeFinder } from './steps.ts';
import { writeCoded, writeStored } from './write.ts';

const BLOCK_BYTES = 65_536;
/** Bits of the longest code: literals alone are written four at once. */
const LITERAL_LIMIT = 12;
const MATCH_LIMIT = 15;

export function gzip(voxels: ArrayBufferView, level: GzipLevel): Uint8Array {
  const input = new Uint8Array(voxels.buffer, voxels.byteOffset, voxels.byteLength);
  const out = emptyBits();
  for (const byte of [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 4, 255]) out.put(byte, 8);
  writeBlocks(input, level, out);
  out.endByte();
  for (const number of [crc32(input), input.length])
    for (const shift of [0, 8, 16, 24]) out.put((number >>> shift) & 255, 8);
  return out.bytes();
}

function writeBlocks(input: Uint8Array, level: GzipLevel, out: BitList): void {
  const finder = makeFinder(input);
  let useMatches = level !== 'huffman';
  for (let number = 0; number === 0 || number * BLOCK_BYTES < input.length; number++) {
    const begin = number * BLOCK_BYTES;
    const end = Math.min(begin + BLOCK_BYTES, input.length);
    let block: Block | undefined;
    if (level === 'auto' && number % 4 === 0) {
      const [literals, matches] = [ofLiterals(input, begin, end), ofMatches(finder, input, begin, end)];
      block = literals.plan.bits < matches.plan.bits ? literals : matches;
      useMatches = matches.plan.bits <= literals.plan.bits - Math.floor(literals.plan.bits / 64);
    }
    block ??= useMatches ? ofMatches(finder, input, begin, end) : ofLiterals(input, begin, end);
    writeSmallest(block, input.subarray(begin, end), end === input.length, out);
  }
}

interface Block {
  readonly items: readonly Item[];
  readonly plan: Plan;
}

function ofLiterals(input: Uint8Array, begin: number, end: number): Block {
  const items = [...input.subarray(begin, end)];
  return { items, plan: planCodes(items, LITERAL_LIMIT) };
}

function ofMatches(finder: Finder, input: Uint8Array, begin: number, end: number): Block {
  const items = makeItems(finder(begin, end), input, begin, end);
  return { items, plan: planCodes(items, MATCH_LIMIT) };
}

function writeSmallest({ items, plan }: Block, block: Uint8Array, isLast: boolean, out: BitList): void {
  const fixed = fixedPlan(items);
  const storedBits = 8 * (block.length + 9) + 3;
  if (storedBits < Math.min(fixed.bits, plan.bits)) writeStored(block, isLast, out);
  else writeCoded(items, fixed.bits <= plan.bits ? fixed : plan, isLast, out);
}
