// Gradient and curvature of the misfit in the twelve entries of the affine map: see ../../oracles/registration/matching.ts
//
// The curvature is h (s x s) (x) ([x; 1] x [x; 1]), and x moves along a row in even steps. So a row needs only the sums of
// h s_a s_b and of r s_a times 1, i and i^2, which are spread over the 12 x 12 at its end.
import { cellOf, clampTo, dotAll, indexIn, mix, offsetOf, perUm, planeBytes, rowBytes } from './grid';

/** Of a row: three sums (1, i, i^2) of six products, then two (1, i) of three components, float64. */
const ROW_BYTES: usize = (18 + 8) * 8;

/**
 * Adds the affine sums to `sums` (float64: 12, then the lower triangle of 12 x 12 row by row, all 144 there).
 * `toUm`: columns x, y, z and t from voxel index to um, four float32 each.
 */
export function affineSums(geometry: usize, toUm: usize, field: usize, nx: i32, ny: i32, u: usize, pull: usize, curvature: usize, rises: usize, sums: usize, scratch: usize, z0: i32, z1: i32): void {
  const ux = v128.load(toUm), uy = v128.load(toUm, 16), uz = v128.load(toUm, 32), ut = v128.load(toUm, 48);
  const step = scratch + ROW_BYTES, first = step + 32;
  storeWide(step, ux);
  for (let k = z0; k < z1; k++) {
    for (let j = 0; j < ny; j++) {
      memory.fill(scratch, 0, ROW_BYTES);
      if (!sumRow(geometry, field, nx, j, k, (<usize>((k * ny + j) * nx)) << 2, u, pull, curvature, rises, scratch)) continue;
      const x = f32x4.add(f32x4.add(ut, f32x4.mul(uz, f32x4.splat(<f32>k))), f32x4.mul(uy, f32x4.splat(<f32>j)));
      // The fourth component of [x; 1].
      storeWide(first, f32x4.replace_lane(x, 3, 1));
      spreadRow(scratch, first, step, sums);
    }
  }
}

@inline function storeWide(at: usize, value: v128): void {
  v128.store(at, f64x2.promote_low_f32x4(value));
  v128.store(at, f64x2.promote_low_f32x4(v128.shuffle<f32>(value, value, 2, 3, 2, 3)), 16);
}

@inline function add(at: usize, value: v128): void {
  v128.store(at, f64x2.add(v128.load(at), value));
}

/** Products in the order 00, 11, 22, 10, 20, 21. False where nothing counted. */
function sumRow(geometry: usize, field: usize, nx: i32, j: i32, k: i32, at: usize, u: usize, pull: usize, curvature: usize, rises: usize, to: usize): bool {
  const mx = v128.load(geometry), my = v128.load(geometry, 16), mz = v128.load(geometry, 32), t = v128.load(geometry, 48);
  const start = f32x4.add(f32x4.add(t, f32x4.mul(mz, f32x4.splat(<f32>k))), f32x4.mul(my, f32x4.splat(<f32>j)));
  let any = false;
  for (let i = 0; i < nx; i++, at += 4) {
    const r = load<f32>(pull + at), h = load<f32>(curvature + at), rise = v128.load(rises + (at << 2));
    if ((r == 0 && h == 0) || !v128.any_true(f32x4.ne(rise, f32x4.splat(0)))) continue;
    any = true;
    const s = slopeAt(f32x4.add(start, f32x4.mul(mx, f32x4.splat(<f32>i))), field, u, rise);
    const low = f64x2.promote_low_f32x4(s), high = f64x2.promote_low_f32x4(v128.shuffle<f32>(s, s, 2, 3, 2, 3));
    const n = f64x2.splat(<f64>i), hh = f64x2.splat(<f64>h), rr = f64x2.splat(<f64>r);
    const scaled = f64x2.mul(hh, low), last = f64x2.mul(hh, high);
    const squares = f64x2.mul(scaled, low), crossed = f64x2.mul(last, f64x2.splat(f64x2.extract_lane(high, 0)));
    const mixed = v128.shuffle<f64>(crossed, f64x2.mul(scaled, v128.shuffle<f64>(low, low, 1, 0)), 0, 2);
    const others = f64x2.mul(scaled, f64x2.splat(f64x2.extract_lane(high, 0)));
    const p = f64x2.mul(rr, low), q = f64x2.mul(rr, high);
    add(to, squares);
    add(to + 16, mixed);
    add(to + 32, others);
    const n0 = f64x2.mul(n, squares), n1 = f64x2.mul(n, mixed), n2 = f64x2.mul(n, others);
    add(to + 48, n0);
    add(to + 64, n1);
    add(to + 80, n2);
    add(to + 96, f64x2.mul(n, n0));
    add(to + 112, f64x2.mul(n, n1));
    add(to + 128, f64x2.mul(n, n2));
    add(to + 144, p);
    add(to + 160, q);
    add(to + 176, f64x2.mul(n, p));
    add(to + 192, f64x2.mul(n, q));
  }
  return any;
}

/** s = G + Du^T G at y. */
@inline function slopeAt(y: v128, field: usize, u: usize, rise: v128): v128 {
  const row = <usize>rowBytes(field), plane = <usize>planeBytes(field);
  const index = indexIn(field, y);
  const clamped = clampTo(index, field);
  const cell = cellOf(clamped, field);
  const part = f32x4.sub(clamped, cell);
  const a = v128.shuffle<f32>(part, part, 0, 0, 0, 0), b = v128.shuffle<f32>(part, part, 1, 1, 1, 1), c = v128.shuffle<f32>(part, part, 2, 2, 2, 2);
  const near = u + offsetOf(cell, field), far = near + plane;
  const v000 = v128.load(near), v100 = v128.load(near, 16), v010 = v128.load(near + row), v110 = v128.load(near + row, 16);
  const v001 = v128.load(far), v101 = v128.load(far, 16), v011 = v128.load(far + row), v111 = v128.load(far + row, 16);
  const x0 = f32x4.sub(v100, v000), x1 = f32x4.sub(v110, v010), x2 = f32x4.sub(v101, v001), x3 = f32x4.sub(v111, v011);
  const near0 = f32x4.add(v000, f32x4.mul(a, x0)), near1 = f32x4.add(v010, f32x4.mul(a, x1));
  const far0 = f32x4.add(v001, f32x4.mul(a, x2)), far1 = f32x4.add(v011, f32x4.mul(a, x3));
  const dx = mix(mix(x0, x1, b), mix(x2, x3, b), c);
  const yn = f32x4.sub(near1, near0), yf = f32x4.sub(far1, far0);
  const zn = f32x4.add(near0, f32x4.mul(b, yn)), zf = f32x4.add(far0, f32x4.mul(b, yf));
  const back = v128.shuffle<f32>(v128.shuffle<f32>(dotAll(dx, rise), dotAll(mix(yn, yf, c), rise), 0, 4, 0, 0), dotAll(f32x4.sub(zf, zn), rise), 0, 1, 4, 4);
  return f32x4.add(rise, v128.and(f32x4.mul(back, perUm(field)), f32x4.eq(clamped, index)));
}

/** x = first + i step, so x_p x_q is a polynomial in i; its sums are known. */
function spreadRow(row: usize, first: usize, step: usize, sums: usize): void {
  for (let a: usize = 0; a < 3; a++) {
    const r0 = load<f64>(row + 144 + (a << 3)), r1 = load<f64>(row + 176 + (a << 3));
    for (let p: usize = 0; p < 4; p++) {
      const at = sums + ((4 * a + p) << 3);
      store<f64>(at, load<f64>(at) + r0 * load<f64>(first + (p << 3)) + r1 * load<f64>(step + (p << 3)));
    }
    for (let b: usize = 0; b <= a; b++) spreadProduct(row + ((a == b ? a : a + b + 2) << 3), a, b, first, step, sums + 96);
  }
}

@inline function spreadProduct(moments: usize, a: usize, b: usize, first: usize, step: usize, matrix: usize): void {
  const m0 = load<f64>(moments), m1 = load<f64>(moments, 48), m2 = load<f64>(moments, 96);
  for (let p: usize = 0; p < 4; p++) {
    const fp = load<f64>(first + (p << 3)), sp = load<f64>(step + (p << 3));
    // Above the diagonal nobody looks.
    const to = matrix + ((12 * (4 * a + p) + 4 * b) << 3);
    for (let q: usize = 0; q < 4; q++) {
      const fq = load<f64>(first + (q << 3)), sq = load<f64>(step + (q << 3));
      store<f64>(to + (q << 3), load<f64>(to + (q << 3)) + (m0 * fp * fq + m1 * (fp * sq + sp * fq) + m2 * sp * sq));
    }
  }
}
