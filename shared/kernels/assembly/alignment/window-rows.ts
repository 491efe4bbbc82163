// Rows times their windows, with zeros up to a transform's length: see ../../oracles/alignment/window-rows.ts

export function windowRows(values: usize, width: i32, rows: i32, windowX: usize, rowWeights: usize, stride: i32, out: usize): void {
  const bytes = (<usize>width) << 2, outBytes = (<usize>stride) << 2;
  for (let y = 0; y < rows; y++) {
    const weight = load<f32>(rowWeights + ((<usize>y) << 2));
    const weights = f32x4.splat(weight);
    let x: usize = 0;
    for (; x + 16 <= bytes; x += 16) {
      v128.store(out + x, f32x4.mul(v128.load(values + x), f32x4.mul(weights, v128.load(windowX + x))));
    }
    for (; x < bytes; x += 4) store<f32>(out + x, load<f32>(values + x) * (weight * load<f32>(windowX + x)));
    // A call even for no bytes at all costs as much as the row.
    if (bytes < outBytes) memory.fill(out + bytes, 0, outBytes - bytes);
    values += bytes;
    out += outBytes;
  }
}
