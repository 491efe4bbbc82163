/**
 * What is proposed for each voxel (pair of bytes): the latest earlier place where the hash of it and its successor was
 * seen, and how many voxels agree from there on.
 */
export interface Step {
  /** Even, 2 to 32768 bytes. */
  readonly distance: number;
  /** 1: a literal. */
  readonly voxels: number;
  /** The byte before the voxel agrees as well. */
  readonly extends: boolean;
}

/** Steps of the voxels from byte `begin` to `end`; blocks must be asked for in order (those left out are not known). */
export type Finder = (begin: number, end: number) => readonly Step[];

const LITERAL: Step = { distance: 2, voxels: 1, extends: false };
const MOST_VOXELS = 128;

export function makeFinder(input: Uint8Array): Finder {
  // Places are those of the byte before a voxel, mod 65536; what was never seen is looked for at voxel 0.
  const latest = new Uint16Array(65_536).fill(-1);
  return (begin, end) => {
    const voxels = Math.floor((end - begin) / 2);
    const steps: Step[] = begin === 0 && voxels > 0 ? [LITERAL] : [];
    while (steps.length < voxels - 4) {
      const at = begin + 2 * steps.length;
      const distance = lookUp(latest, input, at);
      const agree = agreeing(input, at, at - distance, 7);
      const step = {
        distance,
        voxels: Math.max(1, Math.floor(agree / 2)),
        extends: at > distance && input[at - 1] === input[at - distance - 1],
      };
      if (agree < 7) steps.push(step);
      else steps.push(...longSteps(step, longest(input, at, distance, begin + 2 * voxels)));
    }
    while (steps.length < voxels) steps.push(LITERAL);
    return steps;
  };
}

/** The table's entry is replaced. One that is too old gives some other distance: the comparison judges it. */
function lookUp(latest: Uint16Array, input: Uint8Array, at: number): number {
  const first = input[at]! + 256 * input[at + 1]!;
  const second = input[at + 2]! + 256 * input[at + 3]!;
  const hash = (first + 257 * second) % 65_536;
  const back = (at - 1 - latest[hash]! - 2) & 0x7ffe;
  latest[hash] = at - 1;
  return back + 2;
}

function agreeing(input: Uint8Array, a: number, b: number, most: number): number {
  let count = 0;
  while (count < most && input[a + count] === input[b + count]) count++;
  return count;
}

const longest = (input: Uint8Array, at: number, distance: number, end: number): number =>
  Math.min(MOST_VOXELS, Math.floor(agreeing(input, at, at - distance, end - at) / 2));

/** A long match gives each of its voxels the rest of it, but for the last, which is a literal. */
function longSteps(first: Step, voxels: number): Step[] {
  const rest = Array.from({ length: voxels - 2 }, (_, i) => ({
    distance: first.distance,
    voxels: voxels - 1 - i,
    extends: true,
  }));
  return [{ ...first, voxels }, ...rest, LITERAL];
}
