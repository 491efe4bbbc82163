// A rectangle of one plane into another: see ../oracles/copy-rows.ts
// Widths are bytes here. A loop of its own, for memory.copy is a call, and the rows of a chunk are short.

function copyRow(from: usize, to: usize, bytes: usize): void {
  let i: usize = 0;
  for (; i + 16 <= bytes; i += 16) v128.store(to + i, v128.load(from + i));
  for (; i < bytes; i++) store<u8>(to + i, load<u8>(from + i));
}

export function copyRows(from: usize, fromBytes: i32, to: usize, toBytes: i32, rowBytes: i32, rows: i32): void {
  for (let y = 0; y < rows; y++, from += <usize>fromBytes, to += <usize>toBytes) copyRow(from, to, <usize>rowBytes);
}
