// Sums over square blocks of a plane: see ../../../numerics/block-sums.ts

/** Eight pixels as uint16. */
function loadEight<T>(pixels: usize): v128 {
  return sizeof<T>() == 1 ? v128.load8x8_u(pixels) : v128.load(pixels);
}

/** row[x] += plane[x], as uint32. */
function addRow<T>(plane: usize, width: usize, row: usize): void {
  let x: usize = 0;
  for (; x + 8 <= width; x += 8) {
    const pixels = loadEight<T>(plane + x * sizeof<T>());
    const at = row + (x << 2);
    v128.store(at, i32x4.add(v128.load(at), i32x4.extend_low_i16x8_u(pixels)));
    v128.store(at, i32x4.add(v128.load(at, 16), i32x4.extend_high_i16x8_u(pixels)), 16);
  }
  for (; x < width; x++) {
    const at = row + (x << 2);
    store<u32>(at, load<u32>(at) + <u32>load<T>(plane + x * sizeof<T>()));
  }
}

function addBlocks(row: usize, width: usize, block: usize, sums: usize): void {
  for (let x: usize = 0; x < width; x += block, sums += 8) {
    const end = row + (min(x + block, width) << 2);
    let sum: u64 = 0;
    for (let at = row + (x << 2); at < end; at += 4) sum += load<u32>(at);
    store<f64>(sums, load<f64>(sums) + <f64>sum);
  }
}

function addBlockSums<T>(plane: usize, width: usize, height: usize, block: usize, row: usize, sums: usize): void {
  const columns = (width + block - 1) / block;
  for (let y: usize = 0; y < height; y += block, sums += columns << 3) {
    memory.fill(row, 0, width << 2);
    const end = min(y + block, height);
    for (let line = y; line < end; line++) addRow<T>(plane + line * width * sizeof<T>(), width, row);
    addBlocks(row, width, block, sums);
  }
}

export function addBlockSumsUint8(plane: usize, width: i32, height: i32, block: i32, row: usize, sums: usize): void {
  addBlockSums<u8>(plane, width, height, block, row, sums);
}
export function addBlockSumsUint16(plane: usize, width: i32, height: i32, block: i32, row: usize, sums: usize): void {
  addBlockSums<u16>(plane, width, height, block, row, sums);
}
