/** Order statistics and moments of plain numbers. All sums run in the order of the values, in float64. */

/**
 * The q-quantile (q in 0..1) with linear interpolation between neighbouring ranks, as numpy's default does.
 * NaN for no values. Does not change its input.
 */
export function quantile(values: ArrayLike<number>, q: number): number {
  if (values.length === 0) return Number.NaN;
  // Of images there are many: they are not made twice as large.
  const copy = values instanceof Float32Array ? values.slice() : Float64Array.from(values);
  const rank = q * (copy.length - 1);
  const below = Math.floor(rank);
  const lower = select(copy, below);
  if (rank === below) return lower;
  return lower + (rank - below) * (smallestFrom(copy, below + 1) - lower);
}

export const median = (values: ArrayLike<number>): number => quantile(values, 0.5);

/** NaN for no values. */
export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}

/** Standard deviation about the mean, divided by N (not N - 1). NaN for no values. */
export function standardDeviation(values: ArrayLike<number>): number {
  const centre = mean(values);
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i]! - centre) ** 2;
  return Math.sqrt(sum / values.length);
}

/** Hoare's selection: afterwards `values[rank]` is in its sorted place, nothing before it is larger, nothing after smaller. */
function select(values: Float64Array | Float32Array, rank: number): number {
  let left = 0;
  let right = values.length - 1;
  while (left < right) {
    const pivot = middleOfThree(values[left]!, values[(left + right) >> 1]!, values[right]!);
    let i = left;
    let j = right;
    while (i <= j) {
      while (values[i]! < pivot) i++;
      while (values[j]! > pivot) j--;
      if (i > j) break;
      const swapped = values[i]!;
      values[i++] = values[j]!;
      values[j--] = swapped;
    }
    if (rank <= j) right = j;
    else if (rank >= i) left = i;
    else break;
  }
  return values[rank]!;
}

const middleOfThree = (a: number, b: number, c: number): number =>
  Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));

function smallestFrom(values: Float64Array | Float32Array, start: number): number {
  let smallest = values[start]!;
  for (let i = start + 1; i < values.length; i++) if (values[i]! < smallest) smallest = values[i]!;
  return smallest;
}
