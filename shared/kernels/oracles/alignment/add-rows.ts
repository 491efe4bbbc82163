const { fround } = Math;

/** sums[targets[row]] += rowWeights[row] values[row], rows of `length` values, in float32 and in the order of the rows. */
export function addRows(
  values: Float32Array,
  rows: number,
  length: number,
  rowWeights: Float32Array,
  targets: Uint16Array,
  sums: Float32Array,
): void {
  for (let row = 0; row < rows; row++) {
    for (let k = 0; k < length; k++) {
      const at = targets[row]! * length + k;
      sums[at] = sums[at]! + fround(rowWeights[row]! * values[row * length + k]!);
    }
  }
}

/**
 * sums[targets[row]] += Re Y of the row, where Y is the spectrum (pairs re, im) times `turns` (cos, sin of each row) times
 * `turnZ` (cos, then sin, `length` values each). In float32 and in the order of the rows.
 */
export function addTurnedRows(
  spectrum: Float32Array,
  rows: number,
  length: number,
  turns: Float32Array,
  turnZ: Float32Array,
  targets: Uint16Array,
  sums: Float32Array,
): void {
  for (let row = 0; row < rows; row++) {
    const [cos, sin] = [turns[2 * row]!, turns[2 * row + 1]!];
    for (let k = 0; k < length; k++) {
      const [cosZ, sinZ] = [turnZ[k]!, turnZ[length + k]!];
      const re = fround(fround(cos * cosZ) - fround(sin * sinZ));
      const im = fround(fround(cos * sinZ) + fround(sin * cosZ));
      const from = 2 * (row * length + k);
      const at = targets[row]! * length + k;
      sums[at] = sums[at]! + fround(fround(spectrum[from]! * re) - fround(spectrum[from + 1]! * im));
    }
  }
}

/** sums += values, in float32. */
export function addValues(sums: Float32Array, values: Float32Array): void {
  for (let i = 0; i < sums.length; i++) sums[i] = sums[i]! + values[i]!;
}
