// N4's histogram of u = log - field: see ../../oracles/illumination/histogram.ts

function share(bin: usize, f: f64): void {
  store<f64>(bin, load<f64>(bin) + (1 - f));
  store<f64>(bin, load<f64>(bin, 8) + f, 8);
}

function positions(u: v128, smallest: v128, perBin: v128, last: v128): v128 {
  const t = f64x2.mul(f64x2.sub(f64x2.promote_low_f32x4(u), smallest), perBin);
  return f64x2.max(f64x2.min(t, last), f64x2.splat(0));
}

function addPair(u: v128, used0: bool, used1: bool, smallest: v128, perBin: v128, last: v128, bins0: usize, bins1: usize): void {
  const t = positions(u, smallest, perBin, last);
  const whole = i32x4.trunc_sat_f64x2_u_zero(t);
  const f = f64x2.sub(t, f64x2.convert_low_i32x4_u(whole));
  if (used0) share(bins0 + ((<usize>i32x4.extract_lane(whole, 0)) << 3), f64x2.extract_lane(f, 0));
  if (used1) share(bins1 + ((<usize>i32x4.extract_lane(whole, 1)) << 3), f64x2.extract_lane(f, 1));
}

export function addToLogHistogram(
  log: usize,
  use: usize,
  field: usize,
  count: i32,
  smallest: f64,
  perBin: f64,
  bins: i32,
  histogram: usize,
): void {
  const smallests = f64x2.splat(smallest), perBins = f64x2.splat(perBin), last = f64x2.splat(<f64>(bins - 1));
  const copy = (<usize>(bins + 1)) << 3;
  const h1 = histogram + copy, h2 = h1 + copy, h3 = h2 + copy;
  const zeros = f32x4.splat(0);
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    const at = (<usize>i) << 2;
    const used = i32x4.bitmask(f32x4.gt(v128.load(use + at), zeros));
    if (used == 0) continue;
    const u = f32x4.sub(v128.load(log + at), v128.load(field + at));
    addPair(u, (used & 1) != 0, (used & 2) != 0, smallests, perBins, last, histogram, h1);
    const upper = v128.shuffle<u32>(u, u, 2, 3, 2, 3);
    addPair(upper, (used & 4) != 0, (used & 8) != 0, smallests, perBins, last, h2, h3);
  }
  for (let lane: usize = histogram; i < count; i++, lane += copy) {
    const at = (<usize>i) << 2;
    const u = f32x4.sub(v128.load32_zero(log + at), v128.load32_zero(field + at));
    addPair(u, load<f32>(use + at) > 0, false, smallests, perBins, last, lane, lane);
  }
}
