// Running weighted mean of overlapping tiles: see ../oracles/blend.ts

/** One voxel: its weight, then its mean, brought up to date. */
function blendOne(value: f32, ramp: f32, mean: usize, weight: usize): void {
  const total = load<f32>(weight) + ramp;
  const before = load<f32>(mean);
  const share: f32 = total > 0 ? ramp / total : 0;
  store<f32>(weight, total);
  store<f32>(mean, before + share * (value - before));
}

function blendFour(values: v128, ramps: v128, mean: usize, weight: usize): void {
  const total = f32x4.add(v128.load(weight), ramps);
  const before = v128.load(mean);
  const share = v128.and(f32x4.div(ramps, total), f32x4.gt(total, f32x4.splat(0)));
  v128.store(weight, total);
  v128.store(mean, f32x4.add(before, f32x4.mul(share, f32x4.sub(values, before))));
}

/** `mean` and `weight` point at the rectangle's first voxel; rows of both planes are `planeWidth` voxels apart. */
export function blend(
  values: usize, columns: i32, rows: i32, rampX: usize, rampY: usize,
  mean: usize, weight: usize, planeWidth: i32,
): void {
  for (let row = 0; row < rows; row++) {
    const rampOfRow = load<f32>(rampY + ((<usize>row) << 2));
    const rampsOfRow = f32x4.splat(rampOfRow);
    let column = 0;
    for (; column + 4 <= columns; column += 4) {
      const at = (<usize>column) << 2;
      blendFour(v128.load(values + at), f32x4.mul(v128.load(rampX + at), rampsOfRow), mean + at, weight + at);
    }
    for (; column < columns; column++) {
      const at = (<usize>column) << 2;
      blendOne(load<f32>(values + at), load<f32>(rampX + at) * rampOfRow, mean + at, weight + at);
    }
    values += (<usize>columns) << 2;
    mean += (<usize>planeWidth) << 2;
    weight += (<usize>planeWidth) << 2;
  }
}
