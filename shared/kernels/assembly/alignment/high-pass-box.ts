// A plane less the mean of the box around each value: see ../../oracles/alignment/high-pass-box.ts

/** columns[x] += fresh[x] - old[x]; an address of 0 stands for a row of `reference`. */
function moveColumns(columns: usize, fresh: usize, old: usize, reference: f32, width: i32): void {
  const bytes = (<usize>width) << 2;
  const references = f32x4.splat(reference);
  let at: usize = 0;
  for (; at + 16 <= bytes; at += 16) {
    const entering = fresh ? v128.load(fresh + at) : references;
    const leaving = old ? v128.load(old + at) : references;
    v128.store(columns + at, f32x4.add(v128.load(columns + at), f32x4.sub(entering, leaving)));
  }
  for (; at < bytes; at += 4) {
    const entering = fresh ? load<f32>(fresh + at) : reference;
    const leaving = old ? load<f32>(old + at) : reference;
    store<f32>(columns + at, load<f32>(columns + at) + (entering - leaving));
  }
}

/** to[i] = from[i] + from[i + length]; both end in zeros, up to which whole vectors may reach. */
function doubleRuns(from: usize, to: usize, length: i32, count: i32): void {
  const further = (<usize>length) << 2;
  const bytes = (<usize>count) << 2;
  for (let at: usize = 0; at < bytes; at += 16)
    v128.store(to + at, f32x4.add(v128.load(from + at), v128.load(from + further + at)));
}

/** sums[x] += runs[x] */
function addRuns(sums: usize, runs: usize, width: i32): void {
  const bytes = (<usize>width) << 2;
  let at: usize = 0;
  for (; at + 16 <= bytes; at += 16) v128.store(sums + at, f32x4.add(v128.load(sums + at), v128.load(runs + at)));
  for (; at < bytes; at += 4) store<f32>(sums + at, load<f32>(sums + at) + load<f32>(runs + at));
}

/** Sums of `box` columns from each one on, all but those of the last runs; returns where those begin for the first column. */
function sumAlong(columns: usize, runs: usize, sums: usize, width: i32, padded: i32, box: i32): usize {
  memory.fill(sums, 0, (<usize>width) << 2);
  let from = columns;
  let before: usize = 0;
  let length = 1;
  for (; (length << 1) <= box; length <<= 1) {
    if (box & length) {
      addRuns(sums, from + before, width);
      before += (<usize>length) << 2;
    }
    doubleRuns(from, runs, length, padded);
    from = runs;
  }
  return from + before;
}

/** out = scale (row - reference - (sums + runs) inverseX inverseY) */
function subtractMeans(
  row: usize,
  reference: f32,
  sums: usize,
  runs: usize,
  inverseX: usize,
  inverseY: f32,
  scale: f32,
  width: i32,
  out: usize,
): void {
  const bytes = (<usize>width) << 2;
  const references = f32x4.splat(reference), inverses = f32x4.splat(inverseY), scales = f32x4.splat(scale);
  let at: usize = 0;
  for (; at + 16 <= bytes; at += 16) {
    const sum = f32x4.add(v128.load(sums + at), v128.load(runs + at));
    const mean = f32x4.mul(sum, f32x4.mul(v128.load(inverseX + at), inverses));
    const value = f32x4.sub(v128.load(row + at), references);
    v128.store(out + at, f32x4.mul(scales, f32x4.sub(value, mean)));
  }
  for (; at < bytes; at += 4) {
    const mean = (load<f32>(sums + at) + load<f32>(runs + at)) * (load<f32>(inverseX + at) * inverseY);
    store<f32>(out + at, scale * (load<f32>(row + at) - reference - mean));
  }
}

function inverseExtent(at: i32, length: i32, half: i32): f32 {
  return <f32>1 / <f32>(min(at + half, length - 1) - max(at - half, 0) + 1);
}

/** scratch: 2 (width + 4 half + 8) + 2 width values */
export function highPassBox(plane: usize, width: i32, height: i32, half: i32, scale: f32, scratch: usize, out: usize): void {
  if (width === 0 || height === 0) return;
  const rowBytes = (<usize>width) << 2;
  const padded = width + 2 * half;
  const paddedBytes = (<usize>(padded + 2 * half + 8)) << 2;
  const columns = scratch;
  const runs = columns + paddedBytes;
  const sums = runs + paddedBytes;
  const inverseX = sums + rowBytes;
  const firstColumn = columns + ((<usize>half) << 2);
  const reference = load<f32>(plane);
  memory.fill(columns, 0, 2 * paddedBytes);
  for (let x = 0; x < width; x++) store<f32>(inverseX + ((<usize>x) << 2), inverseExtent(x, width, half));
  for (let y = 0; y < min(half, height); y++) moveColumns(firstColumn, plane + (<usize>y) * rowBytes, 0, reference, width);
  for (let y = 0; y < height; y++) {
    const row = plane + (<usize>y) * rowBytes;
    const fresh = y + half < height ? row + (<usize>half) * rowBytes : 0;
    const old = y > half ? row - (<usize>half + 1) * rowBytes : 0;
    moveColumns(firstColumn, fresh, old, reference, width);
    const lastRuns = sumAlong(columns, runs, sums, width, padded, 2 * half + 1);
    const inverseY = inverseExtent(y, height, half);
    subtractMeans(row, reference, sums, lastRuns, inverseX, inverseY, scale, width, out + (<usize>y) * rowBytes);
  }
}
