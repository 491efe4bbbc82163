const { fround } = Math;

/**
 * out = scale (value - mean of the box that reaches `half` pixels to each side, as far as it lies inside the plane).
 *
 * All in float32, of values less the plane's first, so that a constant plane gives 0. Sums along y run: the row that enters
 * less the row that leaves, row by row. Those along x are added in runs of 1, 2, 4, ... columns, as many as the box has in
 * its binary digits, the shortest first.
 */
export function highPassBox(
  plane: Float32Array,
  width: number,
  height: number,
  half: number,
  scale: number,
  out: Float32Array,
): void {
  const reference = plane[0]!;
  const columns = new Float32Array(width);
  const move = (fresh: number, old: number): void => {
    const value = (y: number, x: number): number =>
      y >= 0 && y < height ? plane[y * width + x]! : reference;
    for (let x = 0; x < width; x++) columns[x] = columns[x]! + fround(value(fresh, x) - value(old, x));
  };
  for (let y = 0; y < Math.min(half, height); y++) move(y, -1);
  for (let y = 0; y < height; y++) {
    move(y + half, y - half - 1);
    const inverseY = inverseExtent(y, height, half);
    for (let x = 0; x < width; x++) {
      const sum = sumFrom(columns, x - half, 2 * half + 1);
      const mean = fround(sum * fround(inverseExtent(x, width, half) * inverseY));
      out[y * width + x] = fround(scale) * fround(fround(plane[y * width + x]! - reference) - mean);
    }
  }
}

/** Of `count` columns, where those outside the plane are 0. */
function sumFrom(columns: Float32Array, first: number, count: number): number {
  let sum = 0;
  let at = first;
  for (let length = 1; length <= count; length *= 2) {
    if ((count & length) === 0) continue;
    sum = fround(sum + runFrom(columns, at, length));
    at += length;
  }
  return sum;
}

const runFrom = (columns: Float32Array, at: number, length: number): number =>
  length === 1
    ? (columns[at] ?? 0)
    : fround(runFrom(columns, at, length / 2) + runFrom(columns, at + length / 2, length / 2));

/** 1 / pixels of the box that exist. */
const inverseExtent = (at: number, length: number, half: number): number =>
  fround(1 / (Math.min(at + half, length - 1) - Math.max(at - half, 0) + 1));
