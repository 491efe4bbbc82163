// Four pixels of any type in and out of a vector of float32; all loads and stores may be unaligned.

/** Four pixels of type T (u8, u16 or f32) as float32. */
export function loadFour<T>(pixels: usize): v128 {
  if (isFloat<T>()) return v128.load(pixels);
  if (sizeof<T>() == 2) return f32x4.convert_i32x4_s(v128.load16x4_u(pixels));
  return f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(pixels))));
}

/** One pixel of type T as float32. */
export function loadOne<T>(pixel: usize): f32 {
  return <f32>load<T>(pixel);
}
