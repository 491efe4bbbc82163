// Pixels to noise of equal variance: see ../../oracles/alignment/stabilise.ts
import { loadFour, loadOne } from '../pixels';

function stabilise<T>(
  raw: usize,
  stride: i32,
  width: i32,
  rows: i32,
  background: f32,
  gain: f32,
  readVariance: f32,
  out: usize,
): void {
  const least = readVariance * 0.25;
  const scale: f32 = 2 / gain;
  const backgrounds = f32x4.splat(background);
  const gains = f32x4.splat(gain);
  const variances = f32x4.splat(readVariance);
  const leasts = f32x4.splat(least);
  const mosts = f32x4.splat(f32.MAX_VALUE);
  const scales = f32x4.splat(scale);
  for (let y = 0; y < rows; y++) {
    const row = raw + (<usize>y) * (<usize>stride) * sizeof<T>();
    let x = 0;
    for (; x + 4 <= width; x += 4, out += 16) {
      let values = loadFour<T>(row + (<usize>x) * sizeof<T>());
      if (isFloat<T>()) {
        values = v128.bitselect(values, backgrounds, f32x4.le(f32x4.abs(values), mosts));
      }
      const variance = f32x4.add(f32x4.mul(f32x4.sub(values, backgrounds), gains), variances);
      const kept = f32x4.min(f32x4.max(variance, leasts), mosts);
      v128.store(out, f32x4.mul(f32x4.sqrt(kept), scales));
    }
    for (; x < width; x++, out += 4) {
      let value = loadOne<T>(row + (<usize>x) * sizeof<T>());
      if (isFloat<T>()) value = abs<f32>(value) <= f32.MAX_VALUE ? value : background;
      const variance: f32 = (value - background) * gain + readVariance;
      const kept = min<f32>(max<f32>(variance, least), f32.MAX_VALUE);
      store<f32>(out, sqrt<f32>(kept) * scale);
    }
  }
}

export function stabiliseUint8(raw: usize, stride: i32, width: i32, rows: i32, background: f32, gain: f32, readVariance: f32, out: usize): void {
  stabilise<u8>(raw, stride, width, rows, background, gain, readVariance, out);
}
export function stabiliseUint16(raw: usize, stride: i32, width: i32, rows: i32, background: f32, gain: f32, readVariance: f32, out: usize): void {
  stabilise<u16>(raw, stride, width, rows, background, gain, readVariance, out);
}
export function stabiliseFloat32(raw: usize, stride: i32, width: i32, rows: i32, background: f32, gain: f32, readVariance: f32, out: usize): void {
  stabilise<f32>(raw, stride, width, rows, background, gain, readVariance, out);
}
