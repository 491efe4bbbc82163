// A plane less the mean of the box around each value: see ../../oracles/alignment/high-pass-box.ts

/** columns[x] += fresh[x] - old[x]; an address of 0 stands for a row of zeros. */
function moveColumns(columns: usize, fresh: usize, old: usize, width: i32): void {
  const count = <usize>width;
  let x: usize = 0;
  for (; x + 2 <= count; x += 2) {
    let change = f64x2.splat(0);
    if (fresh) change = f64x2.promote_low_f32x4(v128.load64_zero(fresh + (x << 2)));
    if (old) change = f64x2.sub(change, f64x2.promote_low_f32x4(v128.load64_zero(old + (x << 2))));
    v128.store(columns + (x << 3), f64x2.add(v128.load(columns + (x << 3)), change));
  }
  if (x < count) {
    let change: f64 = 0;
    if (fresh) change = <f64>load<f32>(fresh + (x << 2));
    if (old) change -= <f64>load<f32>(old + (x << 2));
    store<f64>(columns + (x << 3), load<f64>(columns + (x << 3)) + change);
  }
}

/** Running sums of the columns to `sums`, and the last of them `half` times more. */
function runAlong(columns: usize, width: i32, half: i32, sums: usize): void {
  const count = <usize>width;
  let total: f64 = 0;
  let x: usize = 0;
  for (; x + 2 <= count; x += 2) {
    const first = load<f64>(columns + (x << 3));
    const both = first + load<f64>(columns + (x << 3), 8);
    store<f64>(sums + (x << 3), total + first);
    total += both;
    store<f64>(sums + (x << 3), total, 8);
  }
  if (x < count) {
    total += load<f64>(columns + (x << 3));
    store<f64>(sums + (x << 3), total);
  }
  for (let i: usize = 0; i < <usize>half; i++) store<f64>(sums + ((count + i) << 3), total);
}

/** Two values that were just stored apart: one load of both would wait until they have reached memory. */
function loadTwo(at: usize): v128 {
  return v128.load64_lane(at, v128.load64_zero(at), 1, 8);
}

/** out = scale (row - (sums[x + box] - sums[x]) inverseX inverseY) */
function subtractMeans(row: usize, sums: usize, box: i32, inverseX: usize, inverseY: f64, scale: f64, width: i32, out: usize): void {
  const count = <usize>width;
  const ahead = sums + ((<usize>box) << 3);
  const inverses = f64x2.splat(inverseY), scales = f64x2.splat(scale);
  let x: usize = 0;
  for (; x + 2 <= count; x += 2) {
    const sum = f64x2.sub(loadTwo(ahead + (x << 3)), loadTwo(sums + (x << 3)));
    const mean = f64x2.mul(sum, f64x2.mul(v128.load(inverseX + (x << 3)), inverses));
    const values = f64x2.promote_low_f32x4(v128.load64_zero(row + (x << 2)));
    const passed = f32x4.demote_f64x2_zero(f64x2.mul(scales, f64x2.sub(values, mean)));
    v128.store64_lane(out + (x << 2), passed, 0);
  }
  if (x < count) {
    const mean = (load<f64>(ahead + (x << 3)) - load<f64>(sums + (x << 3))) * (load<f64>(inverseX + (x << 3)) * inverseY);
    store<f32>(out + (x << 2), <f32>(scale * (<f64>load<f32>(row + (x << 2)) - mean)));
  }
}

function inverseExtent(at: i32, length: i32, half: i32): f64 {
  return 1 / <f64>(min(at + half, length - 1) - max(at - half, 0) + 1);
}

/** scratch: 3 width + 2 half + 1 float64 values */
export function highPassBox(plane: usize, width: i32, height: i32, half: i32, scale: f64, scratch: usize, out: usize): void {
  const rowBytes = (<usize>width) << 2;
  const columns = scratch;
  const inverseX = columns + ((<usize>width) << 3);
  const sums = inverseX + ((<usize>width) << 3);
  const firstSum = sums + ((<usize>half + 1) << 3);
  memory.fill(columns, 0, (<usize>width) << 3);
  memory.fill(sums, 0, (<usize>half + 1) << 3);
  for (let x = 0; x < width; x++) store<f64>(inverseX + ((<usize>x) << 3), inverseExtent(x, width, half));
  for (let y = 0; y < min(half, height); y++) moveColumns(columns, plane + (<usize>y) * rowBytes, 0, width);
  for (let y = 0; y < height; y++) {
    const row = plane + (<usize>y) * rowBytes;
    const fresh = y + half < height ? row + (<usize>half) * rowBytes : 0;
    const old = y > half ? row - (<usize>half + 1) * rowBytes : 0;
    moveColumns(columns, fresh, old, width);
    runAlong(columns, width, half, firstSum);
    subtractMeans(row, sums, 2 * half + 1, inverseX, inverseExtent(y, height, half), scale, width, out + (<usize>y) * rowBytes);
  }
}
