// out = max(raw - background, 0) * flat, row by row: see ../oracles/correct.ts
import { loadFour, loadOne } from './pixels';

function correctRow<T>(raw: usize, background: f32, out: usize, columns: usize): void {
  const backgrounds = f32x4.splat(background);
  const zeros = f32x4.splat(0);
  let i: usize = 0;
  for (; i + 4 <= columns; i += 4) {
    v128.store(out + (i << 2), f32x4.max(f32x4.sub(loadFour<T>(raw + i * sizeof<T>()), backgrounds), zeros));
  }
  for (; i < columns; i++) store<f32>(out + (i << 2), max<f32>(loadOne<T>(raw + i * sizeof<T>()) - background, 0));
}

function correctFlatRow<T>(raw: usize, flat: usize, background: f32, out: usize, columns: usize): void {
  const backgrounds = f32x4.splat(background);
  const zeros = f32x4.splat(0);
  let i: usize = 0;
  for (; i + 4 <= columns; i += 4) {
    const signal = f32x4.max(f32x4.sub(loadFour<T>(raw + i * sizeof<T>()), backgrounds), zeros);
    v128.store(out + (i << 2), f32x4.mul(signal, v128.load(flat + (i << 2))));
  }
  for (; i < columns; i++) {
    const signal = max<f32>(loadOne<T>(raw + i * sizeof<T>()) - background, 0);
    store<f32>(out + (i << 2), signal * load<f32>(flat + (i << 2)));
  }
}

/** Widths are of the planes, in pixels; `flat` is 0 where there is none. */
function correct<T>(
  raw: usize, rawWidth: usize, flat: usize, flatWidth: usize, background: f32,
  out: usize, outWidth: usize, columns: usize, rows: i32,
): void {
  for (let y = 0; y < rows; y++) {
    if (flat == 0) correctRow<T>(raw, background, out, columns);
    else correctFlatRow<T>(raw, flat, background, out, columns);
    raw += rawWidth * sizeof<T>();
    if (flat != 0) flat += flatWidth << 2;
    out += outWidth << 2;
  }
}

export function correctUint8(
  raw: usize, rawWidth: usize, flat: usize, flatWidth: usize, background: f32,
  out: usize, outWidth: usize, columns: usize, rows: i32,
): void {
  correct<u8>(raw, rawWidth, flat, flatWidth, background, out, outWidth, columns, rows);
}
export function correctUint16(
  raw: usize, rawWidth: usize, flat: usize, flatWidth: usize, background: f32,
  out: usize, outWidth: usize, columns: usize, rows: i32,
): void {
  correct<u16>(raw, rawWidth, flat, flatWidth, background, out, outWidth, columns, rows);
}
export function correctFloat32(
  raw: usize, rawWidth: usize, flat: usize, flatWidth: usize, background: f32,
  out: usize, outWidth: usize, columns: usize, rows: i32,
): void {
  correct<f32>(raw, rawWidth, flat, flatWidth, background, out, outWidth, columns, rows);
}
