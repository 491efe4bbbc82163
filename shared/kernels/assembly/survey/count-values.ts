// How often each value occurs, in four histograms: see ../../oracles/survey/count-values.ts

const BINS8: usize = 256 * 4;
const BINS16: usize = 65536 * 4;
/** Of a uint16 four bytes wide. */
const MASK16: u64 = 0xffff << 2;

function count(at: usize): void {
  store<u32>(at, load<u32>(at) + 1);
}

export function countUint16(plane: usize, length: i32, counts: usize): void {
  const second = counts + BINS16, third = second + BINS16, fourth = third + BINS16;
  const end = plane + ((<usize>length) << 1);
  for (; plane + 8 <= end; plane += 8) {
    const four = load<u64>(plane);
    count(counts + <usize>((four << 2) & MASK16));
    count(second + <usize>((four >> 14) & MASK16));
    count(third + <usize>((four >> 30) & MASK16));
    count(fourth + <usize>((four >> 46) & MASK16));
  }
  for (; plane < end; plane += 2) count(counts + ((<usize>load<u16>(plane)) << 2));
}

export function countUint8(plane: usize, length: i32, counts: usize): void {
  const second = counts + BINS8, third = second + BINS8, fourth = third + BINS8;
  const end = plane + <usize>length;
  for (; plane + 4 <= end; plane += 4) {
    count(counts + ((<usize>load<u8>(plane)) << 2));
    count(second + ((<usize>load<u8>(plane, 1)) << 2));
    count(third + ((<usize>load<u8>(plane, 2)) << 2));
    count(fourth + ((<usize>load<u8>(plane, 3)) << 2));
  }
  for (; plane < end; plane++) count(counts + ((<usize>load<u8>(plane)) << 2));
}
