// One step of the inverse flow and its transpose: see ../../oracles/registration/flow.ts
import { cellOf, clampTo, dotAll, mix, offsetOf, perUm, planeBytes, rowBytes, splatAt, vectorAt } from './grid';

export function flowStep(u: usize, v: usize, next: usize, grid: usize, nx: i32, ny: i32, dt: f32, z0: i32, z1: i32): void {
  const step = f32x4.splat(dt);
  let at: usize = (<usize>(z0 * ny * nx)) << 4;
  for (let z = z0; z < z1; z++) {
    for (let y = 0; y < ny; y++) {
      for (let x = 0; x < nx; x++, at += 16) {
        const shift = f32x4.mul(step, v128.load(v + at));
        const node = f32x4(<f32>x, <f32>y, <f32>z, 0);
        const p = f32x4.sub(node, f32x4.mul(shift, perUm(grid)));
        v128.store(next + at, f32x4.sub(vectorAt(u, grid, p), shift));
      }
    }
  }
}

export function flowStepAdjoint(u: usize, v: usize, g: usize, dv: usize, du: usize, grid: usize, nx: i32, ny: i32, dt: f32, z0: i32, z1: i32): void {
  const step = f32x4.splat(dt);
  const row = <usize>rowBytes(grid), plane = <usize>planeBytes(grid);
  let at: usize = (<usize>(z0 * ny * nx)) << 4;
  for (let z = z0; z < z1; z++) {
    for (let y = 0; y < ny; y++) {
      for (let x = 0; x < nx; x++, at += 16) {
        const vector = v128.load(g + at);
        const node = f32x4(<f32>x, <f32>y, <f32>z, 0);
        const p = f32x4.sub(node, f32x4.mul(f32x4.mul(step, v128.load(v + at)), perUm(grid)));
        const clamped = clampTo(p, grid);
        const cell = cellOf(clamped, grid);
        const part = f32x4.sub(clamped, cell);
        const a = v128.shuffle<f32>(part, part, 0, 0, 0, 0), b = v128.shuffle<f32>(part, part, 1, 1, 1, 1), c = v128.shuffle<f32>(part, part, 2, 2, 2, 2);
        const near = u + offsetOf(cell, grid), far = near + plane;
        const v000 = v128.load(near), v100 = v128.load(near, 16), v010 = v128.load(near + row), v110 = v128.load(near + row, 16);
        const v001 = v128.load(far), v101 = v128.load(far, 16), v011 = v128.load(far + row), v111 = v128.load(far + row, 16);
        const dx = mix(mix(f32x4.sub(v100, v000), f32x4.sub(v110, v010), b), mix(f32x4.sub(v101, v001), f32x4.sub(v111, v011), b), c);
        const dy = mix(mix(f32x4.sub(v010, v000), f32x4.sub(v110, v100), a), mix(f32x4.sub(v011, v001), f32x4.sub(v111, v101), a), c);
        const dz = mix(mix(f32x4.sub(v001, v000), f32x4.sub(v101, v100), a), mix(f32x4.sub(v011, v010), f32x4.sub(v111, v110), a), b);
        const back = v128.shuffle<f32>(v128.shuffle<f32>(dotAll(dx, vector), dotAll(dy, vector), 0, 4, 0, 0), dotAll(dz, vector), 0, 1, 4, 4);
        // Across a border that clamps nothing changes.
        const inside = f32x4.eq(clamped, p);
        const pull = v128.and(f32x4.mul(back, perUm(grid)), inside);
        v128.store(dv + at, f32x4.mul(f32x4.neg(step), f32x4.add(vector, pull)));
        splatAt(du, grid, cell, part, vector);
      }
    }
  }
}
