// Rows added to the rows of a smaller table: see ../../oracles/alignment/add-rows.ts

export function addRows(values: usize, rows: i32, length: i32, rowWeights: usize, targets: usize, sums: usize): void {
  const bytes = (<usize>length) << 2;
  for (let row = 0; row < rows; row++, values += bytes, rowWeights += 4, targets += 2) {
    const weight = load<f32>(rowWeights), weights = f32x4.splat(weight);
    const to = sums + <usize>load<u16>(targets) * bytes;
    let at: usize = 0;
    for (; at + 16 <= bytes; at += 16) {
      v128.store(to + at, f32x4.add(v128.load(to + at), f32x4.mul(weights, v128.load(values + at))));
    }
    for (; at < bytes; at += 4) store<f32>(to + at, load<f32>(to + at) + weight * load<f32>(values + at));
  }
}

export function addTurnedRows(spectrum: usize, rows: i32, length: i32, turns: usize, turnZ: usize, targets: usize, sums: usize): void {
  const bytes = (<usize>length) << 2;
  const sineZ = turnZ + bytes;
  for (let row = 0; row < rows; row++, spectrum += bytes << 1, turns += 8, targets += 2) {
    const cos = load<f32>(turns), sin = load<f32>(turns, 4);
    const coses = f32x4.splat(cos), sines = f32x4.splat(sin);
    const to = sums + <usize>load<u16>(targets) * bytes;
    let at: usize = 0;
    for (; at + 16 <= bytes; at += 16) {
      const cz = v128.load(turnZ + at), sz = v128.load(sineZ + at);
      const p0 = v128.load(spectrum + (at << 1)), p1 = v128.load(spectrum + (at << 1), 16);
      const a = v128.shuffle<f32>(p0, p1, 0, 2, 4, 6), b = v128.shuffle<f32>(p0, p1, 1, 3, 5, 7);
      const re = f32x4.sub(f32x4.mul(coses, cz), f32x4.mul(sines, sz));
      const im = f32x4.add(f32x4.mul(coses, sz), f32x4.mul(sines, cz));
      v128.store(to + at, f32x4.add(v128.load(to + at), f32x4.sub(f32x4.mul(a, re), f32x4.mul(b, im))));
    }
    for (; at < bytes; at += 4) {
      const cz = load<f32>(turnZ + at), sz = load<f32>(sineZ + at);
      const a = load<f32>(spectrum + (at << 1)), b = load<f32>(spectrum + (at << 1), 4);
      const re = cos * cz - sin * sz, im = cos * sz + sin * cz;
      store<f32>(to + at, load<f32>(to + at) + (a * re - b * im));
    }
  }
}

export function addValues(sums: usize, values: usize, count: i32): void {
  const bytes = (<usize>count) << 2;
  let at: usize = 0;
  for (; at + 16 <= bytes; at += 16) v128.store(sums + at, f32x4.add(v128.load(sums + at), v128.load(values + at)));
  for (; at < bytes; at += 4) store<f32>(sums + at, load<f32>(sums + at) + load<f32>(values + at));
}
