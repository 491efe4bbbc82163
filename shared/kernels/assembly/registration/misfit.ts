// How far the prediction is from the sample: see ../../oracles/registration/misfit.ts
// `data` holds addresses (int32): sample, weights, predicted, offset, gain; then the cubic, four float32.

@inline export function errorAt(data: usize, at: usize, s: v128): v128 {
  const c0 = v128.load32_splat(data, 20), c1 = v128.load32_splat(data, 24), c2 = v128.load32_splat(data, 28), c3 = v128.load32_splat(data, 32);
  const p = f32x4.add(c0, f32x4.mul(s, f32x4.add(c1, f32x4.mul(s, f32x4.add(c2, f32x4.mul(s, c3))))));
  const offset = v128.load(<usize>load<u32>(data, 12) + at), gain = v128.load(<usize>load<u32>(data, 16) + at);
  return f32x4.sub(f32x4.add(offset, f32x4.mul(gain, p)), v128.load(<usize>load<u32>(data) + at));
}

/** Sum of W e^2 of `count` voxels, a multiple of four, from byte `at` on. */
export function misfit(data: usize, at: usize, count: i32): f64 {
  let even = f64x2.splat(0), odd = even;
  const weights = <usize>load<u32>(data, 4), predicted = <usize>load<u32>(data, 8);
  for (const end = at + ((<usize>count) << 2); at < end; at += 16) {
    const error = errorAt(data, at, v128.load(predicted + at));
    const squares = f32x4.mul(v128.load(weights + at), f32x4.mul(error, error));
    even = f64x2.add(even, f64x2.promote_low_f32x4(squares));
    odd = f64x2.add(odd, f64x2.promote_low_f32x4(v128.shuffle<f32>(squares, squares, 2, 3, 2, 3)));
  }
  const sum = f64x2.add(even, odd);
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}

/** curvature: 0 for none. */
export function pull(data: usize, k: f32, pull: usize, curvature: usize, at: usize, count: i32): void {
  const weights = <usize>load<u32>(data, 4), predicted = <usize>load<u32>(data, 8), gain = <usize>load<u32>(data, 16);
  const c1 = v128.load32_splat(data, 24), c2 = f32x4.add(v128.load32_splat(data, 28), v128.load32_splat(data, 28));
  const c3 = f32x4.mul(f32x4.splat(3), v128.load32_splat(data, 32));
  for (const end = at + ((<usize>count) << 2); at < end; at += 16) {
    const s = v128.load(predicted + at);
    const slope = f32x4.mul(v128.load(gain + at), f32x4.add(c1, f32x4.mul(s, f32x4.add(c2, f32x4.mul(s, c3)))));
    const weight = f32x4.mul(f32x4.splat(k), v128.load(weights + at));
    const weighted = f32x4.mul(weight, slope);
    v128.store(pull + at, f32x4.mul(weighted, errorAt(data, at, s)));
    if (curvature != 0) v128.store(curvature + at, f32x4.mul(weighted, slope));
  }
}
