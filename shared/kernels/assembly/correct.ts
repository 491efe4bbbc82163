// out = max(raw - background, 0) * flat: see ../oracles/correct.ts
import { loadFour, loadOne } from './pixels';

function correct<T>(raw: usize, background: f32, out: usize, count: i32): void {
  const backgrounds = f32x4.splat(background);
  const zeros = f32x4.splat(0);
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    const signal = f32x4.max(f32x4.sub(loadFour<T>(raw + (<usize>i) * sizeof<T>()), backgrounds), zeros);
    v128.store(out + ((<usize>i) << 2), signal);
  }
  for (; i < count; i++) {
    store<f32>(out + ((<usize>i) << 2), max<f32>(loadOne<T>(raw + (<usize>i) * sizeof<T>()) - background, 0));
  }
}

function correctFlat<T>(raw: usize, flat: usize, background: f32, out: usize, count: i32): void {
  const backgrounds = f32x4.splat(background);
  const zeros = f32x4.splat(0);
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    const signal = f32x4.max(f32x4.sub(loadFour<T>(raw + (<usize>i) * sizeof<T>()), backgrounds), zeros);
    v128.store(out + ((<usize>i) << 2), f32x4.mul(signal, v128.load(flat + ((<usize>i) << 2))));
  }
  for (; i < count; i++) {
    const signal = max<f32>(loadOne<T>(raw + (<usize>i) * sizeof<T>()) - background, 0);
    store<f32>(out + ((<usize>i) << 2), signal * load<f32>(flat + ((<usize>i) << 2)));
  }
}

export function correctUint8(raw: usize, background: f32, out: usize, count: i32): void {
  correct<u8>(raw, background, out, count);
}
export function correctUint16(raw: usize, background: f32, out: usize, count: i32): void {
  correct<u16>(raw, background, out, count);
}
export function correctFloat32(raw: usize, background: f32, out: usize, count: i32): void {
  correct<f32>(raw, background, out, count);
}
export function correctFlatUint8(raw: usize, flat: usize, background: f32, out: usize, count: i32): void {
  correctFlat<u8>(raw, flat, background, out, count);
}
export function correctFlatUint16(raw: usize, flat: usize, background: f32, out: usize, count: i32): void {
  correctFlat<u16>(raw, flat, background, out, count);
}
export function correctFlatFloat32(raw: usize, flat: usize, background: f32, out: usize, count: i32): void {
  correctFlat<f32>(raw, flat, background, out, count);
}
