// Cross-spectrum and powers of two spectra, added up: see ../../oracles/alignment/add-cross-spectrum.ts

/** powers[i] += re^2 + im^2 */
function addPowers(re: v128, im: v128, powers: usize): void {
  v128.store(powers, f32x4.add(v128.load(powers), f32x4.add(f32x4.mul(re, re), f32x4.mul(im, im))));
}

export function addCrossSpectrum(a: usize, b: usize, count: i32, cross: usize, powerA: usize, powerB: usize): void {
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    const at = (<usize>i) << 3;
    const a0 = v128.load(a + at), a1 = v128.load(a + at, 16);
    const b0 = v128.load(b + at), b1 = v128.load(b + at, 16);
    const reA = v128.shuffle<f32>(a0, a1, 0, 2, 4, 6), imA = v128.shuffle<f32>(a0, a1, 1, 3, 5, 7);
    const reB = v128.shuffle<f32>(b0, b1, 0, 2, 4, 6), imB = v128.shuffle<f32>(b0, b1, 1, 3, 5, 7);
    const re = f32x4.add(f32x4.mul(reA, reB), f32x4.mul(imA, imB));
    const im = f32x4.sub(f32x4.mul(imA, reB), f32x4.mul(reA, imB));
    const to = cross + at;
    v128.store(to, f32x4.add(v128.load(to), v128.shuffle<f32>(re, im, 0, 4, 1, 5)));
    v128.store(to, f32x4.add(v128.load(to, 16), v128.shuffle<f32>(re, im, 2, 6, 3, 7)), 16);
    addPowers(reA, imA, powerA + (at >> 1));
    addPowers(reB, imB, powerB + (at >> 1));
  }
  for (; i < count; i++) {
    const at = (<usize>i) << 3;
    const reA = load<f32>(a + at), imA = load<f32>(a + at, 4);
    const reB = load<f32>(b + at), imB = load<f32>(b + at, 4);
    store<f32>(cross + at, load<f32>(cross + at) + (reA * reB + imA * imB));
    store<f32>(cross + at, load<f32>(cross + at, 4) + (imA * reB - reA * imB), 4);
    store<f32>(powerA + (at >> 1), load<f32>(powerA + (at >> 1)) + (reA * reA + imA * imA));
    store<f32>(powerB + (at >> 1), load<f32>(powerB + (at >> 1)) + (reB * reB + imB * imB));
  }
}
