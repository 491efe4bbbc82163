// values *= exp(-b) of a plane: see ../../oracles/illumination/scale-by-field.ts

/** exp(8 y) of four float32, |y| below 0.3: no rounding to whole numbers, which costs as much as all the rest. */
function exponentialOfEightfold(y: v128): v128 {
  let p = f32x4.splat(<f32>(1.0 / 720));
  p = f32x4.add(f32x4.mul(p, y), f32x4.splat(<f32>(1.0 / 120)));
  p = f32x4.add(f32x4.mul(p, y), f32x4.splat(<f32>(1.0 / 24)));
  p = f32x4.add(f32x4.mul(p, y), f32x4.splat(<f32>(1.0 / 6)));
  p = f32x4.add(f32x4.mul(p, y), f32x4.splat(0.5));
  p = f32x4.add(f32x4.mul(p, y), f32x4.splat(1));
  p = f32x4.add(f32x4.mul(p, y), f32x4.splat(1));
  const p2 = f32x4.mul(p, p);
  const p4 = f32x4.mul(p2, p2);
  return f32x4.mul(p4, p4);
}

/** a0 to a3: the cubic of -b / 8. */
function factors(t: v128, a0: v128, a1: v128, a2: v128, a3: v128, least: v128, most: v128): v128 {
  const bend = f32x4.add(f32x4.mul(f32x4.add(f32x4.mul(a3, t), a2), t), a1);
  const y = f32x4.add(f32x4.mul(bend, t), a0);
  // One instruction each, where min and max look for NaN.
  return exponentialOfEightfold(f32x4.pmax(f32x4.pmin(y, most), least));
}

export function scaleByField(
  values: usize,
  columns: i32,
  rows: i32,
  spans: i32,
  starts: usize,
  t: usize,
  firstY: usize,
  weightsY: usize,
  cubics: usize,
  limit: f32,
): void {
  const most = f32x4.splat(limit * 0.125), least = f32x4.splat(limit * -0.125);
  const lineBytes = (<usize>spans) << 4;
  for (let y = 0; y < rows; y++, values += (<usize>columns) << 2, weightsY += 16) {
    const line = cubics + (<usize>load<i32>(firstY + ((<usize>y) << 2))) * lineBytes;
    const w0 = v128.load32_splat(weightsY), w1 = v128.load32_splat(weightsY, 4);
    const w2 = v128.load32_splat(weightsY, 8), w3 = v128.load32_splat(weightsY, 12);
    for (let span = 0; span < spans; span++) {
      let i = load<i32>(starts + ((<usize>span) << 2));
      const end = load<i32>(starts + ((<usize>span) << 2), 4);
      if (i >= end) continue;
      const at = line + ((<usize>span) << 4);
      const at2 = at + (lineBytes << 1);
      const s01 = f32x4.add(f32x4.mul(w0, v128.load(at)), f32x4.mul(w1, v128.load(at + lineBytes)));
      const s012 = f32x4.add(s01, f32x4.mul(w2, v128.load(at2)));
      const b = f32x4.add(s012, f32x4.mul(w3, v128.load(at2 + lineBytes)));
      const a = f32x4.mul(b, f32x4.splat(-0.125));
      const a0 = v128.shuffle<f32>(a, a, 0, 0, 0, 0), a1 = v128.shuffle<f32>(a, a, 1, 1, 1, 1);
      const a2 = v128.shuffle<f32>(a, a, 2, 2, 2, 2), a3 = v128.shuffle<f32>(a, a, 3, 3, 3, 3);
      for (; i + 4 <= end; i += 4) {
        const x = (<usize>i) << 2;
        const factor = factors(v128.load(t + x), a0, a1, a2, a3, least, most);
        v128.store(values + x, f32x4.mul(v128.load(values + x), factor));
      }
      for (; i < end; i++) {
        const x = (<usize>i) << 2;
        const factor = factors(v128.load32_splat(t + x), a0, a1, a2, a3, least, most);
        store<f32>(values + x, load<f32>(values + x) * f32x4.extract_lane(factor, 0));
      }
    }
  }
}
