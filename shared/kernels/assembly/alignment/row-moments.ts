// Moments of a turned spectrum along its rows: see ../../oracles/alignment/row-moments.ts

/** re, re f, re f^2, im, im f of one row, four frequencies at a time, then the rest. */
let s0: f32 = 0;
let s1: f32 = 0;
let s2: f32 = 0;
let s3: f32 = 0;
let s4: f32 = 0;

function sumLanes(v: v128): f32 {
  return f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1) + (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3));
}

function sumRow(row: usize, length: i32, cos: f32, sin: f32, turnZ: usize, weights: usize): void {
  const coses = f32x4.splat(cos), sines = f32x4.splat(sin);
  const sineZ = turnZ + ((<usize>length) << 2);
  const frequencies = sineZ + ((<usize>length) << 2);
  let v0 = f32x4.splat(0), v1 = v0, v2 = v0, v3 = v0, v4 = v0;
  let k = 0;
  for (; k + 4 <= length; k += 4) {
    const at = (<usize>k) << 2;
    const cz = v128.load(turnZ + at), sz = v128.load(sineZ + at), f = v128.load(frequencies + at), w = v128.load(weights + at);
    const p0 = v128.load(row + (at << 1)), p1 = v128.load(row + (at << 1), 16);
    const a = v128.shuffle<f32>(p0, p1, 0, 2, 4, 6), b = v128.shuffle<f32>(p0, p1, 1, 3, 5, 7);
    const re = f32x4.sub(f32x4.mul(coses, cz), f32x4.mul(sines, sz));
    const im = f32x4.add(f32x4.mul(coses, sz), f32x4.mul(sines, cz));
    const real = f32x4.mul(w, f32x4.sub(f32x4.mul(a, re), f32x4.mul(b, im)));
    const imaginary = f32x4.mul(w, f32x4.add(f32x4.mul(a, im), f32x4.mul(b, re)));
    const realZ = f32x4.mul(real, f);
    v0 = f32x4.add(v0, real);
    v1 = f32x4.add(v1, realZ);
    v2 = f32x4.add(v2, f32x4.mul(realZ, f));
    v3 = f32x4.add(v3, imaginary);
    v4 = f32x4.add(v4, f32x4.mul(imaginary, f));
  }
  s0 = sumLanes(v0);
  s1 = sumLanes(v1);
  s2 = sumLanes(v2);
  s3 = sumLanes(v3);
  s4 = sumLanes(v4);
  for (; k < length; k++) {
    const at = (<usize>k) << 2;
    const cz = load<f32>(turnZ + at), sz = load<f32>(sineZ + at), f = load<f32>(frequencies + at), w = load<f32>(weights + at);
    const a = load<f32>(row + (at << 1)), b = load<f32>(row + (at << 1), 4);
    const re = cos * cz - sin * sz, im = cos * sz + sin * cz;
    const real = w * (a * re - b * im), imaginary = w * (a * im + b * re);
    s0 += real;
    s1 += real * f;
    s2 += real * f * f;
    s3 += imaginary;
    s4 += imaginary * f;
  }
}

export function rowMoments(spectrum: usize, rows: i32, length: i32, turns: usize, turnZ: usize, weights: usize, weightRows: usize, out: usize): void {
  const rowBytes = (<usize>length) << 2;
  for (let row = 0; row < rows; row++) {
    sumRow(spectrum, length, load<f32>(turns), load<f32>(turns, 4), turnZ, weights + <usize>load<u16>(weightRows) * rowBytes);
    store<f32>(out, s0);
    store<f32>(out, s1, 4);
    store<f32>(out, s2, 8);
    store<f32>(out, s3, 12);
    store<f32>(out, s4, 16);
    spectrum += rowBytes << 1;
    weightRows += 2;
    turns += 8;
    out += 20;
  }
}
