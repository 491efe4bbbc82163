/** Sets of small numbers as bytes: bit i of byte n stands for `first + 8 n + i`. */
import type { ChildSets } from '../../engine/records.ts';

/** Which children are done, failed, accepted; `first` is the number of the child that bit 0 stands for. */
export interface ChildBits {
  readonly first: number;
  /** Number of children. */
  readonly size: number;
  readonly done: Uint8Array;
  readonly failed: Uint8Array;
  readonly accepted: Uint8Array;
}

export type SetName = keyof ChildSets;

export const emptyBitmap = (size: number): Uint8Array => new Uint8Array(Math.ceil(size / 8));

export function has(bits: ChildBits, set: SetName, child: number): boolean {
  const bit = bitOf(bits, child);
  return ((bits[set][bit >> 3] ?? 0) & (1 << (bit & 7))) !== 0;
}

export function add(bits: ChildBits, set: SetName, child: number): void {
  const bit = bitOf(bits, child);
  bits[set][bit >> 3] = (bits[set][bit >> 3] ?? 0) | (1 << (bit & 7));
}

export function remove(bits: ChildBits, set: SetName, child: number): void {
  const bit = bitOf(bits, child);
  bits[set][bit >> 3] = (bits[set][bit >> 3] ?? 0) & ~(1 << (bit & 7));
}

export const toSets = (bits: ChildBits): ChildSets => ({
  done: toSet(bits.done, bits.first),
  failed: toSet(bits.failed, bits.first),
  accepted: toSet(bits.accepted, bits.first),
});

function toSet(bitmap: Uint8Array, first: number): Set<number> {
  const set = new Set<number>();
  for (let byte = 0; byte < bitmap.length; byte += 1)
    for (let rest = bitmap[byte] ?? 0; rest !== 0; rest &= rest - 1)
      set.add(first + byte * 8 + (31 - Math.clz32(rest & -rest)));
  return set;
}

function bitOf(bits: ChildBits, child: number): number {
  const bit = child - bits.first;
  if (Number.isInteger(bit) && bit >= 0 && bit < bits.size) return bit;
  throw new RangeError(`child ${child} is not one of the ${bits.size} from ${bits.first} on`);
}
