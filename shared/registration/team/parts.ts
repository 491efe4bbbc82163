/** How work is cut into calls: by sizes alone, never by the number of threads, so that results are the same on any. */
import type { Call } from './batch.ts';
import type { Team } from './team.ts';

/** Parts of a sum that needs a field of its own for each of them. */
export const SLABS = 4;
/** Of everything else. */
const PARTS = 16;

/** Views of the shared memory begin at their byte address. */
export function addressOf(values: Float32Array): number {
  if (values.buffer instanceof SharedArrayBuffer) return values.byteOffset;
  throw new TypeError(
    "an array that a kernel works on is not of the kernels' memory: take it from their floats()",
  );
}

/** Planes from, to. */
export function slabs(planes: number, most = PARTS): [number, number][] {
  const count = Math.min(most, planes);
  return Array.from({ length: count }, (_, i) => [
    Math.floor((i * planes) / count),
    Math.floor(((i + 1) * planes) / count),
  ]);
}

/** Whole fours of values; buffers are padded to them with zeros. */
export const voxelParts = (
  length: number,
  call: (atBytes: number, count: number, part: number) => Call,
): Call[] => slabs(Math.ceil(length / 4)).map(([from, to], part) => call(from * 16, (to - from) * 4, part));

/** Room for the sums of every part, float64. */
export function openSums(team: Team, length: number) {
  const bytes = length * 8;
  const start = team.allocate(PARTS * bytes);
  const all = new Float64Array(team.view(start, 2).buffer, start, PARTS * length);
  return {
    at: (part: number): number => start + part * bytes,
    clear: (): void => void all.fill(0),
    /** Of the first parts, in their order. */
    total(parts: number): Float64Array {
      const sum = new Float64Array(length);
      for (let part = 0; part < parts; part++)
        for (let i = 0; i < length; i++) sum[i]! += all[part * length + i]!;
      return sum;
    },
  };
}
