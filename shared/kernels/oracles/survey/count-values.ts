/**
 * Adds how often each value occurs to four histograms one behind the other, whose sum is the histogram: pixel i is counted
 * in histogram i mod 4, those behind the last four in the first.
 */
export function countValues(plane: Uint8Array | Uint16Array, counts: Int32Array): void {
  const bins = plane instanceof Uint8Array ? 256 : 65_536;
  const whole = plane.length - (plane.length % 4);
  for (let i = 0; i < plane.length; i++) {
    const histogram = i < whole ? i % 4 : 0;
    counts[histogram * bins + plane[i]!]! += 1;
  }
}
