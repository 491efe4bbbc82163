/** Random numbers that belong to places: the same at a place whoever asks and in whatever order. */

/** 32 random bits of a lattice point. */
export function latticeBits(seed: number, x: number, y: number, z: number): number {
  let bits = seed ^ Math.imul(x, 0x9e3779b1) ^ Math.imul(y, 0x85ebca77) ^ Math.imul(z, 0xc2b2ae3d);
  bits = Math.imul(bits ^ (bits >>> 15), 0x2c1b3c6d);
  bits = Math.imul(bits ^ (bits >>> 12), 0x297a2d39);
  return (bits ^ (bits >>> 15)) >>> 0;
}

/** Uniform in [-1, 1). */
export const latticeValue = (seed: number, x: number, y: number, z: number): number =>
  latticeBits(seed, x, y, z) / 2 ** 31 - 1;

/** A smooth function of space, about -1 to 1, whose features are about one unit large. */
export function smoothNoise(seed: number, x: number, y: number, z: number): number {
  const [i, j, k] = [Math.floor(x), Math.floor(y), Math.floor(z)];
  const [u, v, w] = [ease(x - i), ease(y - j), ease(z - k)];
  const row = (dy: number, dz: number): number =>
    mix(latticeValue(seed, i, j + dy, k + dz), latticeValue(seed, i + 1, j + dy, k + dz), u);
  return mix(mix(row(0, 0), row(1, 0), v), mix(row(0, 1), row(1, 1), v), w);
}

export const mix = (a: number, b: number, share: number): number => a + (b - a) * share;

const ease = (t: number): number => t * t * (3 - 2 * t);

/** 0 up to `from`, 1 from `to` on (or the other way round where `from` is the larger), smooth between. */
export function smoothStep(from: number, to: number, x: number): number {
  const t = (x - from) / (to - from);
  return t <= 0 ? 0 : t >= 1 ? 1 : ease(t);
}
