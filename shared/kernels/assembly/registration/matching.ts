// The atlas as the sample would show it, and how errors pull at the map: see ../../oracles/registration/matching.ts
//
// A geometry lies in memory as: columns x, y, z and t of [M | t] from voxel index to y (four float32 each).
import { cellOf, clampTo, indexIn, offsetOf, perUm, planeBytes, rowBytes, splatAt, vectorAt } from './grid';

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
