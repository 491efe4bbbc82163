// Rows moved further apart, with zeros between them: see ../../oracles/alignment/pad-rows.ts

export function padRows(values: usize, stride: i32, width: i32, rows: i32, length: i32, out: usize): void {
  const used = (<usize>width) << 2, outBytes = (<usize>length) << 2;
  for (let y = 0; y < rows; y++, values += (<usize>stride) << 2, out += outBytes) {
    let at: usize = 0;
    for (; at + 16 <= used; at += 16) v128.store(out + at, v128.load(values + at));
    for (; at < used; at += 4) store<f32>(out + at, load<f32>(values + at));
    for (; at < outBytes; at += 4) store<f32>(out + at, 0);
  }
}
