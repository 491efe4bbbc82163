/** A block's bytes as literals and matches. */
import type { Step } from './steps.ts';

/** Bytes, all of them 4 to 257 long and 2 to 32768 back. */
export interface Match {
  readonly length: number;
  readonly distance: number;
}

/** A literal byte, or a match. */
export type Item = number | Match;

/** Greedy: every match that is met is taken, and with it the byte before where that was a literal's and agrees. */
export function makeItems(
  steps: readonly Step[],
  input: Uint8Array,
  begin: number,
  end: number,
): readonly Item[] {
  const items: Item[] = [];
  let afterLiteral = false;
  for (let i = 0; i < steps.length; ) {
    const { voxels, distance, extends: takesByte } = steps[i]!;
    if (voxels > 1) items.push({ length: 2 * voxels + (afterLiteral && takesByte ? 1 : 0), distance });
    else {
      const next = steps[i + 1];
      items.push(input[begin + 2 * i]!);
      if (next === undefined || next.voxels === 1 || !next.extends) items.push(input[begin + 2 * i + 1]!);
    }
    afterLiteral = voxels === 1;
    i += voxels;
  }
  if ((end - begin) % 2 === 1) items.push(input[end - 1]!);
  return items;
}
