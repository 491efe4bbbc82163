// What a plane of residuals adds to a plane of control points: see ../../oracles/illumination/gather-plane.ts

function gatherRow(
  log: usize,
  use: usize,
  field: usize,
  spans: i32,
  starts: usize,
  shares: usize,
  samples: i32,
  expected: usize,
  smallest: f64,
  perBin: f64,
  bins: i32,
  line: usize,
): void {
  const table = (<usize>samples) << 3;
  const smallests = f64x2.splat(smallest), perBins = f64x2.splat(perBin), last = f64x2.splat(<f64>(bins - 1));
  const zeros = f64x2.splat(0);
  for (let span = 0; span < spans; span++, line += 8) {
    let c0 = zeros, c1 = zeros, c2 = zeros, c3 = zeros;
    const end = load<i32>(starts + ((<usize>span) << 2), 4);
    for (let i = load<i32>(starts + ((<usize>span) << 2)); i < end; i += 2) {
      const at = (<usize>i) << 2;
      const isPair = i + 1 < end;
      const w = isPair ? v128.load64_zero(use + at) : v128.load32_zero(use + at);
      if (!v128.any_true(f32x4.gt(w, zeros))) continue;
      const values = isPair ? v128.load64_zero(log + at) : v128.load32_zero(log + at);
      const before = isPair ? v128.load64_zero(field + at) : v128.load32_zero(field + at);
      const u = f64x2.promote_low_f32x4(f32x4.sub(values, before));
      const t = f64x2.max(f64x2.min(f64x2.mul(f64x2.sub(u, smallests), perBins), last), zeros);
      const whole = i32x4.trunc_sat_f64x2_u_zero(t);
      const f = f64x2.sub(t, f64x2.convert_low_i32x4_u(whole));
      const e0 = v128.load(expected + ((<usize>i32x4.extract_lane(whole, 0)) << 4));
      const e1 = v128.load(expected + ((<usize>i32x4.extract_lane(whole, 1)) << 4));
      const base = v128.shuffle<u64>(e0, e1, 0, 2), slope = v128.shuffle<u64>(e0, e1, 1, 3);
      const sharp = f64x2.add(base, f64x2.mul(f, slope));
      const r = f64x2.mul(f64x2.promote_low_f32x4(w), f64x2.sub(u, sharp));
      const a = shares + (at << 1);
      const a2 = a + (table << 1);
      c0 = f64x2.add(c0, f64x2.mul(r, v128.load(a)));
      c1 = f64x2.add(c1, f64x2.mul(r, v128.load(a + table)));
      c2 = f64x2.add(c2, f64x2.mul(r, v128.load(a2)));
      c3 = f64x2.add(c3, f64x2.mul(r, v128.load(a2 + table)));
    }
    addLanes(line, c0);
    addLanes(line + 8, c1);
    addLanes(line + 16, c2);
    addLanes(line + 24, c3);
  }
}

function addLanes(point: usize, sums: v128): void {
  store<f64>(point, load<f64>(point) + (f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1)));
}

/** Adds the line to the points that a row leans on, times their weights. */
function spreadY(line: usize, pointsX: i32, first: i32, weights: usize, taps: i32, points: usize): void {
  const lineBytes = (<usize>pointsX) << 3;
  let to = points + (<usize>first) * lineBytes;
  for (let tap = 0; tap < taps; tap++, to += lineBytes) {
    const weight = load<f64>(weights + ((<usize>tap) << 3));
    for (let c: usize = 0; c < lineBytes; c += 8) store<f64>(to + c, load<f64>(to + c) + weight * load<f64>(line + c));
  }
}

export function gatherResidualPlane(
  log: usize,
  use: usize,
  field: usize,
  spans: i32,
  starts: usize,
  shares: usize,
  samples: i32,
  firstY: usize,
  sharesY: usize,
  taps: i32,
  rows: i32,
  line: usize,
  expected: usize,
  smallest: f64,
  perBin: f64,
  bins: i32,
  points: usize,
): void {
  const rowBytes = (<usize>samples) << 2;
  for (let y = 0; y < rows; y++) {
    memory.fill(line, 0, (<usize>(spans + 3)) << 3);
    gatherRow(log, use, field, spans, starts, shares, samples, expected, smallest, perBin, bins, line);
    spreadY(line, spans + 3, load<i32>(firstY + ((<usize>y) << 2)), sharesY, taps, points);
    sharesY += (<usize>taps) << 3;
    log += rowBytes;
    use += rowBytes;
    field += rowBytes;
  }
}
