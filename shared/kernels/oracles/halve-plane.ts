/** 2x2 mean ((a + b) + (c + d)) / 4, rounded to float32 at each step; a missing partner is a copy of the last voxel. */
export function halvePlane(plane: Float32Array, width: number, height: number, out: Float32Array): void {
  const halfWidth = Math.ceil(width / 2);
  for (let y = 0; y < height; y += 2) {
    const upper = y * width;
    const lower = Math.min(y + 1, height - 1) * width;
    for (let x = 0; x < width; x += 2) {
      const right = Math.min(x + 1, width - 1);
      const above = Math.fround(plane[upper + x]! + plane[upper + right]!);
      const below = Math.fround(plane[lower + x]! + plane[lower + right]!);
      out[(y / 2) * halfWidth + x / 2] = Math.fround(above + below) * 0.25;
    }
  }
}
