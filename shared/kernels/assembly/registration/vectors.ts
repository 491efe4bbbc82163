// Sums over long vectors of float32, a multiple of four: what L-BFGS does all day.

/** In float64: of the lanes 0 and 1, then 2 and 3. */
export function dot(a: usize, b: usize, count: i32): f64 {
  let even = f64x2.splat(0), odd = even;
  for (const end = a + ((<usize>count) << 2); a < end; a += 16, b += 16) {
    const x = v128.load(a), y = v128.load(b);
    even = f64x2.add(even, f64x2.mul(f64x2.promote_low_f32x4(x), f64x2.promote_low_f32x4(y)));
    odd = f64x2.add(odd, f64x2.mul(f64x2.promote_low_f32x4(v128.shuffle<f32>(x, x, 2, 3, 2, 3)), f64x2.promote_low_f32x4(v128.shuffle<f32>(y, y, 2, 3, 2, 3))));
  }
  const sum = f64x2.add(even, odd);
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}

/** to = scale to + factor from; from may be 0 for nothing. */
export function combine(to: usize, scale: f32, factor: f32, from: usize, count: i32): void {
  const s = f32x4.splat(scale), f = f32x4.splat(factor);
  for (const end = to + ((<usize>count) << 2); to < end; to += 16, from += 16)
    v128.store(to, f32x4.add(f32x4.mul(s, v128.load(to)), f32x4.mul(f, v128.load(from))));
}

/** to = the sum of the parts, which lie `stride` bytes apart, in their order. */
export function addParts(to: usize, parts: usize, stride: usize, partCount: i32, count: i32): void {
  for (const end = to + ((<usize>count) << 2); to < end; to += 16, parts += 16) {
    let sum = v128.load(parts);
    for (let part = 1; part < partCount; part++) sum = f32x4.add(sum, v128.load(parts + <usize>part * stride));
    v128.store(to, sum);
  }
}

export function fill(to: usize, bytes: usize): void {
  memory.fill(to, 0, bytes);
}
