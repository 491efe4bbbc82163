// A plane of N4's log field, and what changed: see ../../oracles/illumination/evaluate-plane.ts

const SMALL: f64 = 0.008;
const LOG2E: f64 = 1.4426950408889634;
const LN2_HIGH: f64 = 0.6931471803691238;
const LN2_LOW: f64 = 1.9082149292705877e-10;

/** exp(x) - 1 of two float64, x cut to +-700. */
function exponentialMinusOne(value: v128): v128 {
  const x = f64x2.max(f64x2.min(value, f64x2.splat(700)), f64x2.splat(-700));
  const n = f64x2.nearest(f64x2.mul(x, f64x2.splat(LOG2E)));
  const r = f64x2.sub(f64x2.sub(x, f64x2.mul(n, f64x2.splat(LN2_HIGH))), f64x2.mul(n, f64x2.splat(LN2_LOW)));
  let p = f64x2.splat(1.0 / 39916800);
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1.0 / 3628800));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1.0 / 362880));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1.0 / 40320));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1.0 / 5040));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1.0 / 720));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1.0 / 120));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1.0 / 24));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1.0 / 6));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(0.5));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1));
  const whole = i64x2.extend_low_i32x4_s(i32x4.trunc_sat_f64x2_s_zero(n));
  const power = i64x2.shl(i64x2.add(whole, i64x2.splat(1023)), 52);
  return f64x2.sub(f64x2.mul(p, power), f64x2.splat(1));
}

/** exp(d) - 1 of two float64: few steps where both are small. */
function growth(d: v128): v128 {
  const cubic = f64x2.add(f64x2.splat(0.5), f64x2.mul(d, f64x2.splat(1.0 / 6)));
  const near = f64x2.mul(d, f64x2.add(f64x2.splat(1), f64x2.mul(d, cubic)));
  const small = f64x2.lt(f64x2.abs(d), f64x2.splat(SMALL));
  if (i64x2.all_true(small)) return near;
  return v128.bitselect(near, exponentialMinusOne(d), small);
}

function evaluateRow(
  line: usize,
  spans: i32,
  starts: usize,
  weights: usize,
  samples: i32,
  log: usize,
  use: usize,
  field: usize,
  changes: usize,
): void {
  const table = (<usize>samples) << 3;
  const zeros = f32x4.splat(0);
  let sums = v128.load(changes), squares = v128.load(changes, 16);
  let least = v128.load(changes, 32), most = v128.load(changes, 48);
  for (let span = 0; span < spans; span++, line += 8) {
    const c0 = v128.load64_splat(line), c1 = v128.load64_splat(line, 8);
    const c2 = v128.load64_splat(line, 16), c3 = v128.load64_splat(line, 24);
    const end = load<i32>(starts + ((<usize>span) << 2), 4);
    for (let i = load<i32>(starts + ((<usize>span) << 2)); i < end; i += 2) {
      const at = (<usize>i) << 2;
      const isPair = i + 1 < end;
      const w = isPair ? v128.load64_zero(use + at) : v128.load32_zero(use + at);
      const used = f32x4.gt(w, zeros);
      if (!v128.any_true(used)) continue;
      const t = weights + (at << 1);
      const t2 = t + (table << 1);
      const b01 = f64x2.add(f64x2.mul(v128.load(t), c0), f64x2.mul(v128.load(t + table), c1));
      const b012 = f64x2.add(b01, f64x2.mul(v128.load(t2), c2));
      const next = f32x4.demote_f64x2_zero(f64x2.add(b012, f64x2.mul(v128.load(t2 + table), c3)));
      const before = isPair ? v128.load64_zero(field + at) : v128.load32_zero(field + at);
      const values = isPair ? v128.load64_zero(log + at) : v128.load32_zero(log + at);
      const kept = v128.bitselect(next, before, used);
      if (isPair) v128.store64_lane(field + at, kept, 0);
      else v128.store32_lane(field + at, kept, 0);

      const used64 = i64x2.extend_low_i32x4_s(used);
      const d = f64x2.sub(f64x2.promote_low_f32x4(before), f64x2.promote_low_f32x4(next));
      const grown = growth(v128.and(d, used64));
      sums = f64x2.add(sums, grown);
      squares = f64x2.add(squares, f64x2.mul(grown, grown));
      const u = f64x2.promote_low_f32x4(f32x4.sub(values, next));
      least = f64x2.min(least, v128.bitselect(u, f64x2.splat(Infinity), used64));
      most = f64x2.max(most, v128.bitselect(u, f64x2.splat(-Infinity), used64));
    }
  }
  v128.store(changes, sums);
  v128.store(changes, squares, 16);
  v128.store(changes, least, 32);
  v128.store(changes, most, 48);
}

/** line = the points that row y of the plane leans on, times their weights. */
function contractY(points: usize, pointsX: i32, first: i32, weights: usize, taps: i32, line: usize): void {
  const lineBytes = (<usize>pointsX) << 3;
  const from = points + (<usize>first) * lineBytes;
  for (let c: usize = 0; c < lineBytes; c += 8) {
    let sum: f64 = 0;
    for (let tap = 0; tap < taps; tap++)
      sum += load<f64>(weights + ((<usize>tap) << 3)) * load<f64>(from + (<usize>tap) * lineBytes + c);
    store<f64>(line + c, sum);
  }
}

export function evaluateLogFieldPlane(
  points: usize,
  firstY: usize,
  weightsY: usize,
  taps: i32,
  rows: i32,
  line: usize,
  spans: i32,
  starts: usize,
  weights: usize,
  samples: i32,
  log: usize,
  use: usize,
  field: usize,
  changes: usize,
): void {
  const rowBytes = (<usize>samples) << 2;
  for (let y = 0; y < rows; y++) {
    contractY(points, spans + 3, load<i32>(firstY + ((<usize>y) << 2)), weightsY, taps, line);
    evaluateRow(line, spans, starts, weights, samples, log, use, field, changes);
    weightsY += (<usize>taps) << 3;
    log += rowBytes;
    use += rowBytes;
    field += rowBytes;
  }
}
