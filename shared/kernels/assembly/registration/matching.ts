// The atlas as the sample would show it, and how errors pull at the map: see ../../oracles/registration/matching.ts
//
// A geometry lies in memory as: columns x, y, z and t of [M | t] from voxel index to y (four float32 each).
import { cellOf, clampTo, dotAll, mix, offsetOf, originUm, perUm, planeBytes, rowBytes, splatAt, vectorAt } from './grid';

@inline function indexIn(grid: usize, um: v128): v128 {
  return f32x4.mul(f32x4.sub(um, originUm(grid)), perUm(grid));
}

/**
 * The atlas's value for each voxel to `out` and, unless `rise` is 0, its derivative per um to `rise`, four floats a voxel.
 * Across borders that clamp the derivative is 0.
 */
export function predict(geometry: usize, field: usize, atlasGrid: usize, nx: i32, ny: i32, u: usize, atlas: usize, out: usize, rise: usize, z0: i32, z1: i32): void {
  const mx = v128.load(geometry), my = v128.load(geometry, 16), mz = v128.load(geometry, 32), t = v128.load(geometry, 48);
  const row = <usize>rowBytes(atlasGrid), plane = <usize>planeBytes(atlasGrid);
  const first = <usize>(z0 * ny * nx);
  let to = out + (first << 2), riseTo = rise + (first << 4);
  for (let k = z0; k < z1; k++) {
    for (let j = 0; j < ny; j++) {
      const start = f32x4.add(f32x4.add(t, f32x4.mul(mz, f32x4.splat(<f32>k))), f32x4.mul(my, f32x4.splat(<f32>j)));
      for (let i = 0; i < nx; i++, to += 4, riseTo += 16) {
        const y = f32x4.add(start, f32x4.mul(mx, f32x4.splat(<f32>i)));
        const index = indexIn(atlasGrid, f32x4.add(y, vectorAt(u, field, indexIn(field, y))));
        const clamped = clampTo(index, atlasGrid);
        const cell = cellOf(clamped, atlasGrid);
        const part = f32x4.sub(clamped, cell);
        const a = f32x4.extract_lane(part, 0), b = f32x4.extract_lane(part, 1), c = f32x4.extract_lane(part, 2);
        const near = atlas + offsetOf(cell, atlasGrid), far = near + plane;
        const v000 = load<f32>(near), v010 = load<f32>(near + row), v001 = load<f32>(far), v011 = load<f32>(far + row);
        const x0 = load<f32>(near, 4) - v000, x1 = load<f32>(near + row, 4) - v010, x2 = load<f32>(far, 4) - v001, x3 = load<f32>(far + row, 4) - v011;
        const near0 = v000 + a * x0, far0 = v001 + a * x2;
        const yn = v010 + a * x1 - near0, yf = v011 + a * x3 - far0;
        const zn = near0 + b * yn, dz = far0 + b * yf - zn;
        store<f32>(to, zn + c * dz);
        if (rise == 0) continue;
        const xn = x0 + b * (x1 - x0), xf = x2 + b * (x3 - x2);
        const slope = f32x4(xn + c * (xf - xn), yn + c * (yf - yn), dz, 0);
        v128.store(riseTo, v128.and(f32x4.mul(slope, perUm(atlasGrid)), f32x4.eq(clamped, index)));
      }
    }
  }
}

/** `pull` times the atlas's rise, splatted at y into `g`. */
export function splatPull(geometry: usize, field: usize, nx: i32, ny: i32, pull: usize, rise: usize, g: usize, z0: i32, z1: i32): void {
  const mx = v128.load(geometry), my = v128.load(geometry, 16), mz = v128.load(geometry, 32), t = v128.load(geometry, 48);
  let at = <usize>(z0 * ny * nx);
  for (let k = z0; k < z1; k++) {
    for (let j = 0; j < ny; j++) {
      const start = f32x4.add(f32x4.add(t, f32x4.mul(mz, f32x4.splat(<f32>k))), f32x4.mul(my, f32x4.splat(<f32>j)));
      for (let i = 0; i < nx; i++, at++) {
        const vector = f32x4.mul(v128.load32_splat(pull + (at << 2)), v128.load(rise + (at << 4)));
        // Where the atlas is flat, outside the brain, nothing pulls.
        if (!v128.any_true(f32x4.ne(vector, f32x4.splat(0)))) continue;
        const clamped = clampTo(indexIn(field, f32x4.add(start, f32x4.mul(mx, f32x4.splat(<f32>i)))), field);
        const cell = cellOf(clamped, field);
        splatAt(g, field, cell, f32x4.sub(clamped, cell), vector);
      }
    }
  }
}

/**
 * Adds the affine sums to `sums` (float64: 12, then the lower triangle of 12 x 12 row by row, all 144 there).
 * `toUm`: columns x, y, z and t from voxel index to um, four float32 each.
 */
export function affineSums(geometry: usize, toUm: usize, field: usize, nx: i32, ny: i32, u: usize, pull: usize, curvature: usize, rises: usize, sums: usize, scratch: usize, z0: i32, z1: i32): void {
  const mx = v128.load(geometry), my = v128.load(geometry, 16), mz = v128.load(geometry, 32), t = v128.load(geometry, 48);
  const ux = v128.load(toUm), uy = v128.load(toUm, 16), uz = v128.load(toUm, 32), ut = v128.load(toUm, 48);
  const row = <usize>rowBytes(field), plane = <usize>planeBytes(field);
  let at = (<usize>(z0 * ny * nx)) << 2;
  for (let k = z0; k < z1; k++) {
    for (let j = 0; j < ny; j++) {
      const start = f32x4.add(f32x4.add(t, f32x4.mul(mz, f32x4.splat(<f32>k))), f32x4.mul(my, f32x4.splat(<f32>j)));
      const startUm = f32x4.add(f32x4.add(ut, f32x4.mul(uz, f32x4.splat(<f32>k))), f32x4.mul(uy, f32x4.splat(<f32>j)));
      for (let i = 0; i < nx; i++, at += 4) {
        const r = load<f32>(pull + at), h = load<f32>(curvature + at);
        const rise = v128.load(rises + (at << 2));
        if ((r == 0 && h == 0) || !v128.any_true(f32x4.ne(rise, f32x4.splat(0)))) continue;
        const y = f32x4.add(start, f32x4.mul(mx, f32x4.splat(<f32>i)));
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
        const s = f32x4.add(rise, v128.and(f32x4.mul(back, perUm(field)), f32x4.eq(clamped, index)));
        // The fourth column of [x; 1].
        const x = f32x4.replace_lane(f32x4.add(startUm, f32x4.mul(ux, f32x4.splat(<f32>i))), 3, 1);
        addProducts(sums, scratch, r, h, s, x);
      }
    }
  }
}

@inline function addProducts(sums: usize, scratch: usize, r: f32, h: f32, s: v128, x: v128): void {
  const low = f64x2.promote_low_f32x4(x), high = f64x2.promote_low_f32x4(v128.shuffle<f32>(x, x, 2, 3, 2, 3));
  for (let row: usize = 0; row < 3; row++) {
    const si = f64x2.splat(<f64>(row == 0 ? f32x4.extract_lane(s, 0) : row == 1 ? f32x4.extract_lane(s, 1) : f32x4.extract_lane(s, 2)));
    v128.store(scratch + row * 32, f64x2.mul(si, low));
    v128.store(scratch + row * 32, f64x2.mul(si, high), 16);
  }
  const weight = f64x2.splat(<f64>r);
  for (let p: usize = 0; p < 96; p += 16) v128.store(sums + p, f64x2.add(v128.load(sums + p), f64x2.mul(weight, v128.load(scratch + p))));
  let to = sums + 96;
  for (let p: usize = 0; p < 12; p++, to += 96) {
    const factor = f64x2.splat(<f64>h * load<f64>(scratch + p * 8));
    // Pairs up to the diagonal; one beyond it does no harm.
    for (let q: usize = 0; q <= p; q += 2) v128.store(to + q * 8, f64x2.add(v128.load(to + q * 8), f64x2.mul(factor, v128.load(scratch + q * 8))));
  }
}
