// Takes the paraboloid that fits a plane best away from it: see ../../oracles/alignment/remove-trend.ts

/** Sums of a row: of v, of v times linear, of v times square. */
let rowSum: f64 = 0;
let rowLinear: f64 = 0;
let rowSquare: f64 = 0;

function sumRow(row: usize, linear: usize, square: usize, width: i32): void {
  let sums = f64x2.splat(0), linears = f64x2.splat(0), squares = f64x2.splat(0);
  let x: usize = 0;
  const bytes = (<usize>width) << 2;
  for (; x + 8 <= bytes; x += 8) {
    const values = f64x2.promote_low_f32x4(v128.load64_zero(row + x));
    sums = f64x2.add(sums, values);
    linears = f64x2.add(linears, f64x2.mul(values, f64x2.promote_low_f32x4(v128.load64_zero(linear + x))));
    squares = f64x2.add(squares, f64x2.mul(values, f64x2.promote_low_f32x4(v128.load64_zero(square + x))));
  }
  rowSum = f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
  rowLinear = f64x2.extract_lane(linears, 0) + f64x2.extract_lane(linears, 1);
  rowSquare = f64x2.extract_lane(squares, 0) + f64x2.extract_lane(squares, 1);
  if (x < bytes) {
    const value = <f64>load<f32>(row + x);
    rowSum += value;
    rowLinear += value * <f64>load<f32>(linear + x);
    rowSquare += value * <f64>load<f32>(square + x);
  }
}

function subtractRow(row: usize, linear: usize, square: usize, width: i32, level: f32, slope: f32, bend: f32): void {
  const levels = f32x4.splat(level), slopes = f32x4.splat(slope), bends = f32x4.splat(bend);
  const bytes = (<usize>width) << 2;
  let x: usize = 0;
  for (; x + 16 <= bytes; x += 16) {
    const tilted = f32x4.add(levels, f32x4.mul(slopes, v128.load(linear + x)));
    const trend = f32x4.add(tilted, f32x4.mul(bends, v128.load(square + x)));
    v128.store(row + x, f32x4.sub(v128.load(row + x), trend));
  }
  for (; x < bytes; x += 4) {
    const trend: f32 = level + slope * load<f32>(linear + x) + bend * load<f32>(square + x);
    store<f32>(row + x, load<f32>(row + x) - trend);
  }
}

export function removeTrend(
  plane: usize,
  width: i32,
  height: i32,
  linearX: usize,
  squareX: usize,
  linearY: usize,
  squareY: usize,
): void {
  const rowBytes = (<usize>width) << 2;
  let sum: f64 = 0, sumX: f64 = 0, sumXx: f64 = 0, sumXy: f64 = 0, sumY: f64 = 0, sumYy: f64 = 0;
  for (let y = 0; y < height; y++) {
    const linear = <f64>load<f32>(linearY + ((<usize>y) << 2));
    const square = <f64>load<f32>(squareY + ((<usize>y) << 2));
    sumRow(plane + (<usize>y) * rowBytes, linearX, squareX, width);
    sum += rowSum;
    sumX += rowLinear;
    sumXx += rowSquare;
    sumXy += rowLinear * linear;
    sumY += rowSum * linear;
    sumYy += rowSum * square;
  }
  const mean = sum / (<f64>width * <f64>height);
  sumX /= <f64>height;
  sumXx /= <f64>height;
  sumY /= <f64>width;
  sumYy /= <f64>width;
  for (let y = 0; y < height; y++) {
    const linear = <f64>load<f32>(linearY + ((<usize>y) << 2));
    const square = <f64>load<f32>(squareY + ((<usize>y) << 2));
    const level = mean + sumY * linear + sumYy * square;
    const slope = sumX + sumXy * linear;
    subtractRow(plane + (<usize>y) * rowBytes, linearX, squareX, width, <f32>level, <f32>slope, <f32>sumXx);
  }
}
