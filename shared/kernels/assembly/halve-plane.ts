// 2x2 mean of a float32 plane: see ../oracles/halve-plane.ts

/** a + b of four neighbouring pairs of a row. */
function addPairs(row: usize): v128 {
  const left = v128.load(row);
  const right = v128.load(row, 16);
  return f32x4.add(v128.shuffle<f32>(left, right, 0, 2, 4, 6), v128.shuffle<f32>(left, right, 1, 3, 5, 7));
}

function halveRows(upper: usize, lower: usize, width: i32, out: usize): void {
  const quarter = f32x4.splat(0.25);
  const pairs: usize = width >> 1;
  let i: usize = 0;
  for (; i + 4 <= pairs; i += 4) {
    const sum = f32x4.add(addPairs(upper + (i << 3)), addPairs(lower + (i << 3)));
    v128.store(out + (i << 2), f32x4.mul(sum, quarter));
  }
  for (; i < pairs; i++) {
    const a = load<f32>(upper + (i << 3)), b = load<f32>(upper + (i << 3), 4);
    const c = load<f32>(lower + (i << 3)), d = load<f32>(lower + (i << 3), 4);
    store<f32>(out + (i << 2), (a + b + (c + d)) * 0.25);
  }
  if (width & 1) {
    const a = load<f32>(upper + (i << 3)), c = load<f32>(lower + (i << 3));
    store<f32>(out + (i << 2), (a + a + (c + c)) * 0.25);
  }
}

export function halvePlane(plane: usize, width: i32, height: i32, out: usize): void {
  const rowBytes = (<usize>width) << 2;
  const outRowBytes = (<usize>((width + 1) >> 1)) << 2;
  for (let y = 0; y < height; y += 2) {
    const upper = plane + (<usize>y) * rowBytes;
    halveRows(upper, y + 1 < height ? upper + rowBytes : upper, width, out);
    out += outRowBytes;
  }
}
