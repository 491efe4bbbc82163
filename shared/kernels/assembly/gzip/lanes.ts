// Constant vectors for loops.

const cell = memory.data(4, 4);

/**
 * `value` in each of four lanes. V8 makes a constant vector anew wherever it is used, in each round of a loop; what was
 * read from memory stays in a register.
 */
export function lanesOf(value: u32): v128 {
  store<u32>(cell, value);
  return v128.load32_splat(cell);
}
