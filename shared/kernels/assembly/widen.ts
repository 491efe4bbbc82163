// Integer pixels to float32: see ../oracles/widen.ts
import { loadFour, loadOne } from './pixels';

function widen<T>(values: usize, out: usize, count: i32): void {
  let i: usize = 0;
  for (; i + 4 <= <usize>count; i += 4) v128.store(out + (i << 2), loadFour<T>(values + i * sizeof<T>()));
  for (; i < <usize>count; i++) store<f32>(out + (i << 2), loadOne<T>(values + i * sizeof<T>()));
}

export function widenUint8(values: usize, out: usize, count: i32): void {
  widen<u8>(values, out, count);
}
export function widenUint16(values: usize, out: usize, count: i32): void {
  widen<u16>(values, out, count);
}
