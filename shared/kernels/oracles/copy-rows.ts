import type { Pixels } from '../pixels.ts';

/** `rows` rows of `columns` pixels, from a plane so wide to another; both of one type. */
export function copyRows(
  from: Pixels,
  fromWidth: number,
  to: Pixels,
  toWidth: number,
  columns: number,
  rows: number,
): void {
  for (let y = 0; y < rows; y++)
    for (let x = 0; x < columns; x++) to[y * toWidth + x] = from[y * fromWidth + x]!;
}
