// Matching tissue, artefact or background, voxel by voxel: see ../../oracles/registration/kinds.ts
import { errorAt } from './misfit';

/** e^x for x <= 0, to about two units in the last place; 0 below -87. */
@inline function exponential(x: v128): v128 {
  const bounded = f32x4.max(x, f32x4.splat(-87));
  const n = f32x4.nearest(f32x4.mul(bounded, f32x4.splat(1.44269504)));
  // ln 2 in two parts: the first is exact in few bits.
  const r = f32x4.sub(f32x4.sub(bounded, f32x4.mul(n, f32x4.splat(0.693359375))), f32x4.mul(n, f32x4.splat(-2.12194440e-4)));
  let p = f32x4.splat(1.3888889e-3);
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(8.3333333e-3));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(4.1666667e-2));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.6666667e-1));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(0.5));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1));
  const scale = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127)), 23);
  return v128.and(f32x4.mul(p, scale), f32x4.gt(x, f32x4.splat(-87)));
}

@inline function addLanes(sums: usize, at: usize, values: v128): void {
  const pair = f64x2.add(f64x2.promote_low_f32x4(values), f64x2.promote_low_f32x4(v128.shuffle<f32>(values, values, 2, 3, 2, 3)));
  v128.store(sums + at, f64x2.add(v128.load(sums + at), pair));
}

/**
 * `data` as for misfit; its weights are written. `kinds`, float32: three logarithms, three factors of squares, the means of
 * artefact and background. Adds to `sums`, pairs of float64: W0 W_M, W0 W_A, W0 W_B, W0 W_M e^2, W0.
 */
export function classify(data: usize, recorded: usize, kinds: usize, at: usize, count: i32, sums: usize): void {
  const logM = v128.load32_splat(kinds), logA = v128.load32_splat(kinds, 4), logB = v128.load32_splat(kinds, 8);
  const perM = v128.load32_splat(kinds, 12), perA = v128.load32_splat(kinds, 16), perB = v128.load32_splat(kinds, 20);
  const meanA = v128.load32_splat(kinds, 24), meanB = v128.load32_splat(kinds, 28);
  const sample = <usize>load<u32>(data), weights = <usize>load<u32>(data, 4), predicted = <usize>load<u32>(data, 8);
  for (const end = at + ((<usize>count) << 2); at < end; at += 16) {
    const value = v128.load(sample + at), w0 = v128.load(recorded + at);
    const error = errorAt(data, at, v128.load(predicted + at));
    const fromA = f32x4.sub(value, meanA), fromB = f32x4.sub(value, meanB);
    const squared = f32x4.mul(error, error);
    const m = f32x4.sub(logM, f32x4.mul(squared, perM));
    const a = f32x4.sub(logA, f32x4.mul(f32x4.mul(fromA, fromA), perA));
    const b = f32x4.sub(logB, f32x4.mul(f32x4.mul(fromB, fromB), perB));
    const most = f32x4.max(m, f32x4.max(a, b));
    const em = exponential(f32x4.sub(m, most)), ea = exponential(f32x4.sub(a, most)), eb = exponential(f32x4.sub(b, most));
    const share = f32x4.div(w0, f32x4.add(em, f32x4.add(ea, eb)));
    const matching = f32x4.mul(share, em);
    v128.store(weights + at, matching);
    addLanes(sums, 0, matching);
    addLanes(sums, 16, f32x4.mul(share, ea));
    addLanes(sums, 32, f32x4.mul(share, eb));
    addLanes(sums, 48, f32x4.mul(matching, squared));
    addLanes(sums, 64, w0);
  }
}
