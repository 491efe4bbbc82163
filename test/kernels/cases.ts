/** Random arguments for kernels: odd sizes, unaligned starts, values at the edges of float32 and of the integers. */
import { expect } from 'vitest';
import type { Kernels, Pixels, PixelType } from '../../shared/kernels/kernels.ts';
import { seededRandom } from '../../shared/numerics/random.ts';

export interface Case {
  readonly random: () => number;
  /** Names the seed in what a failing comparison prints. */
  readonly label: string;
}

const awkward = [NaN, Infinity, -Infinity, -0, 0.5, 1.5, 254.5, 255.5, 65_534.5, 65_535.5, -0.5, 3e38, 1e-45];
const lengths = [0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33];

/** Runs the property for seeds 1, 2, ... */
export function forSeeds(count: number, property: (testCase: Case) => void): void {
  for (let seed = 1; seed <= count; seed++) property({ random: seededRandom(seed), label: `seed ${seed}` });
}

export const whole = (random: () => number, below: number): number => Math.floor(random() * below);

export const anyLength = (random: () => number): number =>
  random() < 0.5 ? lengths[whole(random, lengths.length)]! : whole(random, 300);

/** A view in kernel memory that begins at any voxel, with room behind it that no kernel may touch. */
export interface Slot {
  readonly all: Pixels;
  readonly view: Pixels;
}

/** One slot per argument, filled with random pixels. */
export function makeSlots(
  kernels: Kernels,
  { random }: Case,
  args: readonly { type: PixelType; length: number }[],
): Slot[] {
  const starts = args.map(() => whole(random, 4));
  const specs = Object.fromEntries(
    args.map(({ type, length }, i) => [`argument${i}`, { type, length: starts[i]! + length + 8 }]),
  );
  const buffers = kernels.layout(specs);
  return args.map(({ type, length }, i) => {
    const all = buffers[`argument${i}`]!;
    fill(all, type, random);
    return { all, view: all.subarray(starts[i]!, starts[i]! + length) };
  });
}

/** The same slot outside kernel memory, for the oracle. */
export function twinOf({ all, view }: Slot): Slot {
  const copy = all.slice();
  const start = (view.byteOffset - all.byteOffset) / all.BYTES_PER_ELEMENT;
  return { all: copy, view: copy.subarray(start, start + view.length) };
}

/** Equal bit for bit, -0 and 0 told apart; any NaN equals any NaN. */
export function expectSameBits(actual: Pixels, expected: Pixels, label: string): void {
  expect(actual.length, label).toBe(expected.length);
  const at = expected.findIndex((value, i) => !Object.is(value, actual[i]));
  if (at >= 0) expect.fail(`${label}: voxel ${at} is ${actual[at]}, the oracle says ${expected[at]}`);
}

function fill(pixels: Pixels, type: PixelType, random: () => number): void {
  const most = { uint8: 256, uint16: 65_536, float32: 70_000 }[type];
  const special = random() < 0.5;
  for (let i = 0; i < pixels.length; i++) {
    const value = random() * most;
    if (type !== 'float32') pixels[i] = Math.floor(value);
    else if (special && random() < 0.3) pixels[i] = awkward[whole(random, awkward.length)]!;
    else pixels[i] = random() < 0.5 ? Math.round(value * 2) / 2 - 100 : value - 100;
  }
}
