// (a + b) / 2 per voxel: see ../oracles/average-planes.ts

export function averagePlanes(a: usize, b: usize, out: usize, count: i32): void {
  const half = f32x4.splat(0.5);
  const end = (<usize>count) << 2;
  let i: usize = 0;
  for (; i + 16 <= end; i += 16) {
    v128.store(out + i, f32x4.mul(f32x4.add(v128.load(a + i), v128.load(b + i)), half));
  }
  for (; i < end; i += 4) store<f32>(out + i, (load<f32>(a + i) + load<f32>(b + i)) * 0.5);
}
