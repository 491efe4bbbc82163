// Half to even, clipped, NaN to 0, row by row: see ../oracles/quantise.ts
// Truncation to i32 saturates (NaN: 0) and so do both narrowings: no comparison is needed.

function roundFour(values: usize): v128 {
  return i32x4.trunc_sat_f32x4_s(f32x4.nearest(v128.load(values)));
}

function roundOne(value: usize, highest: i32): i32 {
  const rounded = i32x4.trunc_sat_f32x4_s(f32x4.nearest(v128.load32_splat(value)));
  return min(max(i32x4.extract_lane(rounded, 0), 0), highest);
}

function quantiseRow8(values: usize, out: usize, columns: usize): void {
  let i: usize = 0;
  for (; i + 8 <= columns; i += 8) {
    const eight = i16x8.narrow_i32x4_s(roundFour(values + (i << 2)), roundFour(values + (i << 2) + 16));
    v128.store64_lane(out + i, i8x16.narrow_i16x8_u(eight, eight), 0);
  }
  for (; i < columns; i++) store<u8>(out + i, <u8>roundOne(values + (i << 2), 255));
}

function quantiseRow16(values: usize, out: usize, columns: usize): void {
  let i: usize = 0;
  for (; i + 8 <= columns; i += 8) {
    v128.store(out + (i << 1), i16x8.narrow_i32x4_u(roundFour(values + (i << 2)), roundFour(values + (i << 2) + 16)));
  }
  for (; i < columns; i++) store<u16>(out + (i << 1), <u16>roundOne(values + (i << 2), 65535));
}

/** Widths are of the planes, in pixels. */
export function quantiseUint8(
  values: usize, width: usize, out: usize, outWidth: usize, columns: usize, rows: i32,
): void {
  for (let y = 0; y < rows; y++, values += width << 2, out += outWidth) quantiseRow8(values, out, columns);
}

export function quantiseUint16(
  values: usize, width: usize, out: usize, outWidth: usize, columns: usize, rows: i32,
): void {
  for (let y = 0; y < rows; y++, values += width << 2, out += outWidth << 1) quantiseRow16(values, out, columns);
}
