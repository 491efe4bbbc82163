// The cubic of the contrast and its local gain and offset: see ../../oracles/registration/contrast.ts
//
// Rows of images may have any length: the last load of a row reaches up to three floats beyond it, into lanes nobody uses.

/** Adds to `sums` (float64): W s^0 … W s^6, then W J s^0 … W J s^3. `count` is a multiple of four. */
export function cubicSums(sample: usize, predicted: usize, weights: usize, count: i32, sums: usize): void {
  let p0 = f64x2.splat(0), p1 = p0, p2 = p0, p3 = p0, p4 = p0, p5 = p0, p6 = p0, r0 = p0, r1 = p0, r2 = p0, r3 = p0;
  for (const end = sample + ((<usize>count) << 2); sample < end; sample += 8, predicted += 8, weights += 8) {
    const w = f64x2.promote_low_f32x4(v128.load64_zero(weights)), s = f64x2.promote_low_f32x4(v128.load64_zero(predicted));
    const j = f64x2.promote_low_f32x4(v128.load64_zero(sample));
    const w1 = f64x2.mul(w, s), w2 = f64x2.mul(w1, s), w3 = f64x2.mul(w2, s), w4 = f64x2.mul(w3, s), w5 = f64x2.mul(w4, s);
    p0 = f64x2.add(p0, w);
    p1 = f64x2.add(p1, w1);
    p2 = f64x2.add(p2, w2);
    p3 = f64x2.add(p3, w3);
    p4 = f64x2.add(p4, w4);
    p5 = f64x2.add(p5, w5);
    p6 = f64x2.add(p6, f64x2.mul(w5, s));
    r0 = f64x2.add(r0, f64x2.mul(w, j));
    r1 = f64x2.add(r1, f64x2.mul(w1, j));
    r2 = f64x2.add(r2, f64x2.mul(w2, j));
    r3 = f64x2.add(r3, f64x2.mul(w3, j));
  }
  addSum(sums, 0, p0);
  addSum(sums, 1, p1);
  addSum(sums, 2, p2);
  addSum(sums, 3, p3);
  addSum(sums, 4, p4);
  addSum(sums, 5, p5);
  addSum(sums, 6, p6);
  addSum(sums, 7, r0);
  addSum(sums, 8, r1);
  addSum(sums, 9, r2);
  addSum(sums, 10, r3);
}

@inline function addSum(sums: usize, index: usize, pair: v128): void {
  const at = sums + (index << 3);
  store<f64>(at, load<f64>(at) + (f64x2.extract_lane(pair, 0) + f64x2.extract_lane(pair, 1)));
}

@inline function accumulate(at: usize, value: v128): void {
  v128.store(at, f32x4.add(v128.load(at), value));
}

/**
 * One plane of blocks: sums of W, W P, W J, W P P, W P J over each, times `share`, to five maps `mapBytes` apart.
 * `data` as for misfit; blocks of bx x by x bz voxels.
 */
export function blockSums(data: usize, nx: i32, ny: i32, nz: i32, bx: i32, by: i32, bz: i32, blockPlane: i32, share: f32, maps: usize, mapBytes: usize, scratch: usize): void {
  const c0 = v128.load32_splat(data, 20), c1 = v128.load32_splat(data, 24), c2 = v128.load32_splat(data, 28), c3 = v128.load32_splat(data, 32);
  const mx = (nx + bx - 1) / bx, my = (ny + by - 1) / by;
  const width = (<usize>((nx + 3) & ~3)) << 2;
  const lastZ = min((blockPlane + 1) * bz, nz);
  for (let row = 0; row < my; row++) {
    memory.fill(scratch, 0, 5 * width);
    const lastY = min((row + 1) * by, ny);
    for (let z = blockPlane * bz; z < lastZ; z++) {
      for (let y = row * by; y < lastY; y++) {
        const start = (<usize>((z * ny + y) * nx)) << 2;
        let sample = <usize>load<u32>(data) + start, weights = <usize>load<u32>(data, 4) + start, predicted = <usize>load<u32>(data, 8) + start;
        for (let to = scratch; to < scratch + width; to += 16, sample += 16, weights += 16, predicted += 16) {
          const w = v128.load(weights), s = v128.load(predicted), j = v128.load(sample);
          const p = f32x4.add(c0, f32x4.mul(s, f32x4.add(c1, f32x4.mul(s, f32x4.add(c2, f32x4.mul(s, c3))))));
          const wp = f32x4.mul(w, p);
          accumulate(to, w);
          accumulate(to + width, wp);
          accumulate(to + 2 * width, f32x4.mul(w, j));
          accumulate(to + 3 * width, f32x4.mul(wp, p));
          accumulate(to + 4 * width, f32x4.mul(wp, j));
        }
      }
    }
    for (let map: usize = 0; map < 5; map++) {
      let from = scratch + map * width, to = maps + map * mapBytes + ((<usize>((blockPlane * my + row) * mx)) << 2);
      for (let x = 0; x < nx; to += 4) {
        let sum: f32 = 0;
        for (const last = min(x + bx, nx); x < last; x++, from += 4) sum += load<f32>(from);
        store<f32>(to, sum * share);
      }
    }
  }
}

/** Gaussian along x of `rows` rows; taps from the middle outwards, nothing beyond the border. */
export function blurX(from: usize, to: usize, rows: i32, nx: i32, taps: usize, tapCount: i32, scratch: usize): void {
  const rowBytes = (<usize>nx) << 2, pad = (<usize>tapCount) << 2;
  memory.fill(scratch, 0, rowBytes + 2 * pad + 16);
  for (let row = 0; row < rows; row++, from += rowBytes, to += rowBytes) {
    memory.copy(scratch + pad, from, rowBytes);
    let x = 0;
    for (let at = scratch + pad; x < nx; x += 4, at += 16) {
      let sum = f32x4.mul(v128.load32_splat(taps), v128.load(at));
      for (let t: usize = 4; t < pad; t += 4)
        sum = f32x4.add(sum, f32x4.mul(v128.load32_splat(taps + t), f32x4.add(v128.load(at - t), v128.load(at + t))));
      storeUpTo(to + ((<usize>x) << 2), sum, nx - x);
    }
  }
}

@inline function storeUpTo(at: usize, value: v128, lanes: i32): void {
  if (lanes >= 4) {
    v128.store(at, value);
  } else {
    store<f32>(at, f32x4.extract_lane(value, 0));
    if (lanes > 1) store<f32>(at, f32x4.extract_lane(value, 1), 4);
    if (lanes > 2) store<f32>(at, f32x4.extract_lane(value, 2), 8);
  }
}

/** The same across slices of `count` floats, one behind the other: slices i0 <= i < i1 of n. */
export function blurAcross(from: usize, to: usize, count: i32, n: i32, i0: i32, i1: i32, taps: usize, tapCount: i32): void {
  const slice = (<usize>count) << 2;
  for (let i = i0; i < i1; i++) {
    const start = from + <usize>i * slice;
    for (let x = 0; x < count; x += 4) {
      const at = start + ((<usize>x) << 2);
      let sum = f32x4.mul(v128.load32_splat(taps), v128.load(at));
      for (let t = 1; t < tapCount; t++) {
        const tap = v128.load32_splat(taps + ((<usize>t) << 2));
        const before = i >= t ? v128.load(at - <usize>t * slice) : f32x4.splat(0);
        const after = i + t < n ? v128.load(at + <usize>t * slice) : f32x4.splat(0);
        sum = f32x4.add(sum, f32x4.mul(tap, f32x4.add(before, after)));
      }
      storeUpTo(to + (at - from), sum, count - x);
    }
  }
}

/** Along y of `planes` planes. */
export function blurY(from: usize, to: usize, planes: i32, nx: i32, ny: i32, taps: usize, tapCount: i32): void {
  const planeBytes = (<usize>(nx * ny)) << 2;
  for (let plane = 0; plane < planes; plane++, from += planeBytes, to += planeBytes) blurAcross(from, to, nx, ny, 0, ny, taps, tapCount);
}

/** Gain and offset of `count` blocks, a multiple of four. */
export function gains(maps: usize, mapBytes: usize, prior: f32, gain: usize, offset: usize, count: i32): void {
  const one = f32x4.splat(1), r = f32x4.splat(prior);
  for (const end = gain + ((<usize>count) << 2); gain < end; maps += 16, gain += 16, offset += 16) {
    const w = v128.load(maps);
    const inverse = f32x4.div(one, f32x4.add(w, f32x4.splat(1e-3)));
    const meanP = f32x4.mul(v128.load(maps + mapBytes), inverse), meanJ = f32x4.mul(v128.load(maps + 2 * mapBytes), inverse);
    const variance = f32x4.max(f32x4.sub(f32x4.mul(v128.load(maps + 3 * mapBytes), inverse), f32x4.mul(meanP, meanP)), f32x4.splat(0));
    const covariance = f32x4.sub(f32x4.mul(v128.load(maps + 4 * mapBytes), inverse), f32x4.mul(meanP, meanJ));
    const slope = f32x4.min(f32x4.max(f32x4.div(f32x4.add(covariance, r), f32x4.add(variance, r)), f32x4.splat(0.2)), f32x4.splat(4));
    v128.store(gain, slope);
    v128.store(offset, f32x4.mul(f32x4.sub(meanJ, f32x4.mul(slope, meanP)), f32x4.div(w, f32x4.add(w, f32x4.splat(0.05)))));
  }
}

/** Planes z0 <= z < z1 of an image, trilinear between the middles of blocks of bx x by x bz, mx x my x mz of them. */
export function refine(map: usize, mx: i32, my: i32, mz: i32, bx: i32, by: i32, bz: i32, out: usize, nx: i32, ny: i32, z0: i32, z1: i32, scratch: usize): void {
  const row = scratch, cells = scratch + ((<usize>((mx + 3) & ~3)) << 2);
  const mapRow = (<usize>mx) << 2, mapPlane = mapRow * <usize>my;
  for (let x = 0; x < nx; x++) {
    const at = cells + ((<usize>x) << 3);
    const position = positionOf(x, bx, mx);
    store<u32>(at, <u32>position << 2);
    store<f32>(at, position - Mathf.floor(position), 4);
  }
  let to = out + ((<usize>(z0 * ny * nx)) << 2);
  for (let z = z0; z < z1; z++) {
    const pz = positionOf(z, bz, mz), k = <i32>pz;
    const near = map + <usize>k * mapPlane, far = map + <usize>min(k + 1, mz - 1) * mapPlane;
    const c = f32x4.splat(pz - Mathf.floor(pz));
    for (let y = 0; y < ny; y++) {
      const py = positionOf(y, by, my), j = <i32>py;
      const upper = <usize>j * mapRow, lower = <usize>min(j + 1, my - 1) * mapRow;
      const b = f32x4.splat(py - Mathf.floor(py));
      for (let x: usize = 0; x < mapRow; x += 16) {
        const n = mixed(v128.load(near + upper + x), v128.load(near + lower + x), b);
        const f = mixed(v128.load(far + upper + x), v128.load(far + lower + x), b);
        v128.store(row + x, mixed(n, f, c));
      }
      for (let x = 0, cell = cells; x < nx; x++, cell += 8, to += 4) {
        const at = <usize>load<u32>(cell);
        const left = load<f32>(row + at), right = load<f32>(row + min(at + 4, mapRow - 4));
        store<f32>(to, left + load<f32>(cell, 4) * (right - left));
      }
    }
  }
}

@inline function positionOf(i: i32, block: i32, count: i32): f32 {
  return min(max((<f32>i + <f32>0.5) / <f32>block - <f32>0.5, <f32>0), <f32>(count - 1));
}

@inline function mixed(first: v128, second: v128, part: v128): v128 {
  return f32x4.add(first, f32x4.mul(part, f32x4.sub(second, first)));
}
