/** (a + b) / 2 per voxel, the sum rounded to float32. */
export function averagePlanes(a: Float32Array, b: Float32Array, out: Float32Array): void {
  for (let i = 0; i < a.length; i++) out[i] = Math.fround(a[i]! + b[i]!) * 0.5;
}
