// a := a conj(b): see ../../oracles/alignment/multiply-by-conjugate.ts

export function multiplyByConjugate(a: usize, b: usize, count: i32): void {
  let i = 0;
  for (; i + 4 <= count; i += 4, a += 32, b += 32) {
    const a0 = v128.load(a), a1 = v128.load(a, 16);
    const b0 = v128.load(b), b1 = v128.load(b, 16);
    const reA = v128.shuffle<f32>(a0, a1, 0, 2, 4, 6), imA = v128.shuffle<f32>(a0, a1, 1, 3, 5, 7);
    const reB = v128.shuffle<f32>(b0, b1, 0, 2, 4, 6), imB = v128.shuffle<f32>(b0, b1, 1, 3, 5, 7);
    const re = f32x4.add(f32x4.mul(reA, reB), f32x4.mul(imA, imB));
    const im = f32x4.sub(f32x4.mul(imA, reB), f32x4.mul(reA, imB));
    v128.store(a, v128.shuffle<f32>(re, im, 0, 4, 1, 5));
    v128.store(a, v128.shuffle<f32>(re, im, 2, 6, 3, 7), 16);
  }
  for (; i < count; i++, a += 8, b += 8) {
    const reA = load<f32>(a), imA = load<f32>(a, 4);
    const reB = load<f32>(b), imB = load<f32>(b, 4);
    store<f32>(a, reA * reB + imA * imB);
    store<f32>(a, imA * reB - reA * imB, 4);
  }
}
