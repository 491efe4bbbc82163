/** Sums over square blocks of a plane: what reduces tiles to a few thousand pixels. */

/**
 * Adds each block's sum to `sums` (ceil(width / block) x ceil(height / block), x fastest); blocks at the right and lower
 * border hold what the plane still has. Exact for integer pixels. Order: row by row, a row's share of a block at once.
 */
export function addBlockSums(
  plane: Uint8Array | Uint16Array | Float32Array,
  width: number,
  height: number,
  block: number,
  sums: Float64Array,
): void {
  const columns = Math.ceil(width / block);
  for (let y = 0; y < height; y++) {
    const row = y * width;
    const first = Math.floor(y / block) * columns;
    for (let column = 0; column < columns; column++) {
      const end = row + Math.min((column + 1) * block, width);
      let sum = 0;
      for (let i = row + column * block; i < end; i++) sum += plane[i]!;
      sums[first + column]! += sum;
    }
  }
}

/** Pixels of each block of `addBlockSums`. */
export function blockPixels(width: number, height: number, block: number): Float64Array {
  const [columns, rows] = [Math.ceil(width / block), Math.ceil(height / block)];
  const pixels = new Float64Array(columns * rows);
  for (let row = 0; row < rows; row++) {
    const lines = Math.min(block, height - row * block);
    for (let column = 0; column < columns; column++)
      pixels[row * columns + column] = lines * Math.min(block, width - column * block);
  }
  return pixels;
}
