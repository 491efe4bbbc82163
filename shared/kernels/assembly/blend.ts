// Overlapping tiles into one plane, by one of four rules: see ../oracles/blend*.ts
// A rule is two functions of four voxels at once; the last voxels of a row go through the same, one lane filled.

// The rules are types, so that each gets a loop of its own and no choice is left in it.
class Mean {}
class Nearest {}
class Max {}
class Min {}

function planeAfter<Rule>(values: v128, plane: v128, ramps: v128, weights: v128): v128 {
  const none = f32x4.splat(0);
  if (idof<Rule>() == idof<Mean>()) {
    const total = f32x4.add(weights, ramps);
    const share = v128.and(f32x4.div(ramps, total), f32x4.gt(total, none));
    return f32x4.add(plane, f32x4.mul(share, f32x4.sub(values, plane)));
  }
  if (idof<Rule>() == idof<Nearest>()) return v128.bitselect(values, plane, f32x4.gt(ramps, weights));
  const extreme = idof<Rule>() == idof<Max>() ? f32x4.max(plane, values) : f32x4.min(plane, values);
  const best = v128.bitselect(extreme, values, f32x4.gt(weights, none));
  return v128.bitselect(best, plane, f32x4.gt(ramps, none));
}

function weightAfter<Rule>(ramps: v128, weights: v128): v128 {
  return idof<Rule>() == idof<Nearest>() ? f32x4.max(weights, ramps) : f32x4.add(weights, ramps);
}

function blendRow<Rule>(
  values: usize, columns: usize, rampX: usize, rampY: f32, plane: usize, weight: usize,
): void {
  const rampsY = f32x4.splat(rampY);
  let column: usize = 0;
  for (; column + 4 <= columns; column += 4) {
    const at = column << 2;
    const ramps = f32x4.mul(v128.load(rampX + at), rampsY);
    const weights = v128.load(weight + at);
    v128.store(plane + at, planeAfter<Rule>(v128.load(values + at), v128.load(plane + at), ramps, weights));
    v128.store(weight + at, weightAfter<Rule>(ramps, weights));
  }
  for (; column < columns; column++) {
    const at = column << 2;
    const ramps = f32x4.mul(v128.load32_zero(rampX + at), rampsY);
    const weights = v128.load32_zero(weight + at);
    const before = v128.load32_zero(plane + at);
    v128.store32_lane(plane + at, planeAfter<Rule>(v128.load32_zero(values + at), before, ramps, weights), 0);
    v128.store32_lane(weight + at, weightAfter<Rule>(ramps, weights), 0);
  }
}

function blendRows<Rule>(
  values: usize, columns: i32, rows: i32, rampX: usize, rampY: usize,
  plane: usize, weight: usize,
): void {
  for (let row = 0; row < rows; row++) {
    blendRow<Rule>(values, columns, rampX, load<f32>(rampY + ((<usize>row) << 2)), plane, weight);
    values += (<usize>columns) << 2;
    plane += (<usize>columns) << 2;
    weight += (<usize>columns) << 2;
  }
}

export function blend(
  values: usize, columns: i32, rows: i32, rampX: usize, rampY: usize,
  mean: usize, weight: usize,
): void {
  blendRows<Mean>(values, columns, rows, rampX, rampY, mean, weight);
}

export function blendNearest(
  values: usize, columns: i32, rows: i32, rampX: usize, rampY: usize,
  plane: usize, weight: usize,
): void {
  blendRows<Nearest>(values, columns, rows, rampX, rampY, plane, weight);
}

export function blendMax(
  values: usize, columns: i32, rows: i32, rampX: usize, rampY: usize,
  plane: usize, weight: usize,
): void {
  blendRows<Max>(values, columns, rows, rampX, rampY, plane, weight);
}

export function blendMin(
  values: usize, columns: i32, rows: i32, rampX: usize, rampY: usize,
  plane: usize, weight: usize,
): void {
  blendRows<Min>(values, columns, rows, rampX, rampY, plane, weight);
}
