/** cross += a conj(b), powerA += |a|^2, powerB += |b|^2, in float32; a, b and cross hold pairs re, im. */
export function addCrossSpectrum(
  a: Float32Array,
  b: Float32Array,
  cross: Float32Array,
  powerA: Float32Array,
  powerB: Float32Array,
): void {
  const { fround } = Math;
  const norm = (re: number, im: number): number => fround(fround(re * re) + fround(im * im));
  for (let i = 0; i < a.length; i += 2) {
    const [reA, imA, reB, imB] = [a[i]!, a[i + 1]!, b[i]!, b[i + 1]!];
    cross[i] = cross[i]! + fround(fround(reA * reB) + fround(imA * imB));
    cross[i + 1] = cross[i + 1]! + fround(fround(imA * reB) - fround(reA * imB));
    powerA[i / 2] = powerA[i / 2]! + norm(reA, imA);
    powerB[i / 2] = powerB[i / 2]! + norm(reB, imB);
  }
}
