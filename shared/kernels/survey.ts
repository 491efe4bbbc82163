/** What the survey does with every pixel of integers: the kernels of `assembly/survey`, with the checks they need. */
import { expectCounts } from './expect.ts';
import { addressOf, type GrowableMemory } from './memory.ts';
import type { KernelExports } from './module.ts';

type IntegerPixels = Uint8Array | Uint16Array;

export interface SurveyKernels {
  /** As `addBlockSums` of shared/numerics; `row`: scratch of `width` values. */
  addBlockSums(
    plane: IntegerPixels,
    width: number,
    height: number,
    block: number,
    row: Int32Array,
    sums: Float64Array,
  ): void;

  /**
   * Adds how often each value occurs to four histograms (of 256 or 65,536 bins), whose sum is the histogram: neighbours
   * have like values, and adding to one bin twice in a row makes the second wait.
   */
  countValues(plane: IntegerPixels, counts: Int32Array): void;
}

/** So many rows of uint16 do not overflow the 32 bits of a column's sum. */
const MOST_ROWS = 65_536;

export function surveyBy(memory: GrowableMemory, kernels: KernelExports): SurveyKernels {
  const address = (name: string, array: ArrayBufferView & ArrayLike<number>, least: number): number => {
    if (array.length >= least) return addressOf(memory, name, array);
    throw new RangeError(`${name} has ${array.length} values, expected at least ${least}`);
  };
  return {
    addBlockSums(plane, width, height, block, row, sums) {
      expectCounts({ width, height });
      if (!Number.isInteger(block) || block < 1 || block > MOST_ROWS)
        throw new RangeError(`blocks of ${block} pixels, expected 1 to ${MOST_ROWS}`);
      const add = plane instanceof Uint8Array ? kernels.addBlockSumsUint8 : kernels.addBlockSumsUint16;
      const blocks = Math.ceil(width / block) * Math.ceil(height / block);
      add(
        address('plane', plane, width * height),
        width,
        height,
        block,
        address('row', row, width),
        address('sums', sums, blocks),
      );
    },
    countValues(plane, counts) {
      const [count, bins] =
        plane instanceof Uint8Array ? [kernels.countUint8, 256] : [kernels.countUint16, 65_536];
      count(address('plane', plane, 0), plane.length, address('counts', counts, 4 * bins));
    },
  };
}
