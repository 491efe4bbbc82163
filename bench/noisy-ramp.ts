/** 64 x 64 x 64 voxels that rise along every axis, with the noise of a generator that every language can repeat. */
export function noisyRamp(): Uint16Array {
  let state = 1;
  const byte = (): number => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) >>> 24;
  return Uint16Array.from({ length: 64 ** 3 }, (_, i) => {
    const [x, y, z] = [i % 64, (i >> 6) % 64, i >> 12];
    return 200 + ((x + 2 * y + 3 * z) >> 2) + ((byte() + byte() + byte() + byte()) >> 3);
  });
}
