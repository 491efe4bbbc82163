// How many values are at least so much: see ../oracles/count-from.ts

export function countFrom(values: usize, least: f32, count: i32): i32 {
  const leasts = f32x4.splat(least);
  let counts = i32x4.splat(0);
  let i: usize = 0;
  // A comparison that holds is -1.
  for (; i + 4 <= <usize>count; i += 4) counts = i32x4.sub(counts, f32x4.ge(v128.load(values + (i << 2)), leasts));
  let all =
    i32x4.extract_lane(counts, 0) + i32x4.extract_lane(counts, 1) + i32x4.extract_lane(counts, 2) + i32x4.extract_lane(counts, 3);
  for (; i < <usize>count; i++) if (load<f32>(values + (i << 2)) >= least) all++;
  return all;
}
