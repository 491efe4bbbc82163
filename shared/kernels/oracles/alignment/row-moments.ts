const { fround } = Math;

/**
 * Of every row of a spectrum X (pairs re, im): sums of w Re Y, w f Re Y, w f^2 Re Y, w Im Y and w f Im Y, where
 * Y = X turns[row] turnZ. In float32: four sums of every fourth frequency, (0 + 1) + (2 + 3), then the rest one by one.
 *
 * @param turns pairs cos, sin, one for each row
 * @param turnZ cos, then sin, then the frequency f, `length` values each
 * @param weights w, in rows of `length` values
 * @param weightRows which of them is that of each row of the spectrum
 */
export function rowMoments(
  spectrum: Float32Array,
  rows: number,
  length: number,
  turns: Float32Array,
  turnZ: Float32Array,
  weights: Float32Array,
  weightRows: Uint16Array,
  out: Float32Array,
): void {
  for (let row = 0; row < rows; row++) {
    const [cos, sin] = [turns[2 * row]!, turns[2 * row + 1]!];
    const terms = Array.from({ length }, (_, k) => {
      const [cosZ, sinZ, f] = [turnZ[k]!, turnZ[length + k]!, turnZ[2 * length + k]!];
      const re = fround(fround(cos * cosZ) - fround(sin * sinZ));
      const im = fround(fround(cos * sinZ) + fround(sin * cosZ));
      const at = row * length + k;
      const [a, b, w] = [spectrum[2 * at]!, spectrum[2 * at + 1]!, weights[weightRows[row]! * length + k]!];
      const real = fround(w * fround(fround(a * re) - fround(b * im)));
      const imaginary = fround(w * fround(fround(a * im) + fround(b * re)));
      const realZ = fround(real * f);
      return [real, realZ, fround(realZ * f), imaginary, fround(imaginary * f)] as const;
    });
    for (let moment = 0; moment < 5; moment++)
      out[5 * row + moment] = sumByFours(terms.map((term) => term[moment]!));
  }
}

function sumByFours(values: readonly number[]): number {
  const inFours = values.length - (values.length % 4);
  const lanes: [number, number, number, number] = [0, 0, 0, 0];
  for (let i = 0; i < inFours; i++) lanes[i % 4] = fround(lanes[i % 4]! + values[i]!);
  const sum = fround(fround(lanes[0] + lanes[1]) + fround(lanes[2] + lanes[3]));
  return values.slice(inFours).reduce((total, value) => fround(total + value), sum);
}
