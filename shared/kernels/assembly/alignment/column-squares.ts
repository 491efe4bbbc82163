// Sums of squares of columns between given rows: see ../../oracles/alignment/column-squares.ts

/** A cache line of columns, summed in registers. */
function sumSixteen(from: usize, strideBytes: usize, rows: i32, out: usize): void {
  let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
  for (let y = 0; y < rows; y++, from += strideBytes) {
    const v0 = v128.load(from), v1 = v128.load(from, 16), v2 = v128.load(from, 32), v3 = v128.load(from, 48);
    s0 = f32x4.add(s0, f32x4.mul(v0, v0));
    s1 = f32x4.add(s1, f32x4.mul(v1, v1));
    s2 = f32x4.add(s2, f32x4.mul(v2, v2));
    s3 = f32x4.add(s3, f32x4.mul(v3, v3));
  }
  v128.store(out, s0);
  v128.store(out, s1, 16);
  v128.store(out, s2, 32);
  v128.store(out, s3, 48);
}

function sumFour(from: usize, strideBytes: usize, rows: i32, out: usize): void {
  let sum = f32x4.splat(0);
  for (let y = 0; y < rows; y++, from += strideBytes) {
    const values = v128.load(from);
    sum = f32x4.add(sum, f32x4.mul(values, values));
  }
  v128.store(out, sum);
}

function sumOne(from: usize, strideBytes: usize, rows: i32, out: usize): void {
  let sum: f32 = 0;
  for (let y = 0; y < rows; y++, from += strideBytes) {
    const value = load<f32>(from);
    sum += value * value;
  }
  store<f32>(out, sum);
}

/** cuts: `count` row numbers, ascending; out: count - 1 rows of `width` sums */
export function columnSquares(plane: usize, stride: i32, width: i32, cuts: usize, count: i32, out: usize): void {
  const strideBytes = (<usize>stride) << 2;
  for (let cut = 0; cut + 1 < count; cut++, cuts += 2) {
    const first = <i32>load<u16>(cuts);
    const rows = <i32>load<u16>(cuts, 2) - first;
    const from = plane + <usize>first * strideBytes;
    let x = 0;
    for (; x + 16 <= width; x += 16, out += 64) sumSixteen(from + ((<usize>x) << 2), strideBytes, rows, out);
    for (; x + 4 <= width; x += 4, out += 16) sumFour(from + ((<usize>x) << 2), strideBytes, rows, out);
    for (; x < width; x++, out += 4) sumOne(from + ((<usize>x) << 2), strideBytes, rows, out);
  }
}
