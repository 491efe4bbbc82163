/**
 * What arguments of kernels are checked for: a kernel does not see where a buffer ends, so sizes are compared before any
 * voxel is written. Called for every plane of every region: no list is made of them.
 */
import type { Pixels } from './pixels.ts';

/** Throws a RangeError that names the first that is not a whole number, 0 or more. */
export function expectCounts(counts: Record<string, number>): void {
  for (const name in counts) expectCount(name, counts[name]!);
}

export function expectAtLeast(name: string, pixels: Pixels, length: number): void {
  if (pixels.length < length)
    throw new RangeError(`${name} has ${pixels.length} voxels, expected at least ${length}`);
}

/** A rectangle of `columns` x `rows` at the beginning of a plane that is `width` wide. */
export function expectRows(name: string, plane: Pixels, width: number, columns: number, rows: number): void {
  expectCount('columns', columns);
  expectCount('rows', rows);
  if (columns > width) throw new RangeError(`${columns} columns of ${name}, expected at most its ${width}`);
  if (columns > 0 && rows > 0) expectAtLeast(name, plane, (rows - 1) * width + columns);
}

function expectCount(name: string, count: number): void {
  if (Number.isInteger(count) && count >= 0) return;
  throw new RangeError(`${name} is ${count}, expected a whole number, 0 or more`);
}
