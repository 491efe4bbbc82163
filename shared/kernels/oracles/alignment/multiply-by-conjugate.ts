/** a := a conj(b), in float32; pairs re, im. */
export function multiplyByConjugate(a: Float32Array, b: Float32Array): void {
  const { fround } = Math;
  for (let i = 0; i < a.length; i += 2) {
    const [reA, imA, reB, imB] = [a[i]!, a[i + 1]!, b[i]!, b[i + 1]!];
    a[i] = fround(reA * reB) + fround(imA * imB);
    a[i + 1] = fround(imA * reB) - fround(reA * imB);
  }
}
