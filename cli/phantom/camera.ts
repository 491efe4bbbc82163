/**
 * From light to counts: vignetting, the camera's offset, shot noise and read noise.
 * Both noises are drawn as one normal number per pixel with the variance of their sum; Poisson's skewness is invisible
 * at the hundreds of electrons of this phantom.
 */
import { seededRandom } from '../../shared/numerics/random.ts';

export interface Camera {
  /** Share of the light lost in the corners. */
  readonly vignette: number;
  /** Counts without light. */
  readonly background: number;
  /** Counts, standard deviation. */
  readonly readNoise: number;
  readonly electronsPerCount: number;
}

/** V(x, y) = max(0.05, 1 - vignette (u^2 + v^2) / 2 + kx u + ky v), u = (x - cx) / (width / 2), v alike. */
export interface Vignette {
  readonly cx: number;
  readonly cy: number;
  readonly kx: number;
  readonly ky: number;
  /** x fastest. */
  readonly factor: Float32Array;
}

export function vignetteOf({ vignette }: Camera, width: number, height: number, seed: number): Vignette {
  const random = seededRandom(seed);
  const around = (): number => 2 * random() - 1;
  const cx = (width - 1) / 2 + 0.08 * width * around();
  const cy = (height - 1) / 2 + 0.08 * height * around();
  const [kx, ky] = [0.06 * vignette * around(), 0.06 * vignette * around()];
  const factor = new Float32Array(width * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const [u, v] = [(x - cx) / (width / 2), (y - cy) / (height / 2)];
      factor[y * width + x] = Math.max(0.05, 1 - (vignette * (u * u + v * v)) / 2 + kx * u + ky * v);
    }
  return { cx, cy, kx, ky, factor };
}

const MOST_COUNTS = 65_535;
const TABLE_BITS = 12;
const TABLE = 2 ** TABLE_BITS;

/** Normal numbers at evenly spaced probabilities: one look-up by random bits draws one. */
export function normalTable(): Float32Array {
  const table = new Float32Array(TABLE);
  // Box and Muller over a lattice of probabilities; their order does not matter.
  const side = 2 ** (TABLE_BITS / 2);
  for (let i = 0; i < side; i++)
    for (let j = 0; j < side; j++)
      table[i * side + j] =
        Math.sqrt(-2 * Math.log((i + 0.5) / side)) * Math.cos((2 * Math.PI * (j + 0.5)) / side);
  const variance = table.reduce((sum, value) => sum + value * value, 0) / TABLE;
  return table.map((value) => value / Math.sqrt(variance));
}

/** One plane as the camera gives it; `light` in counts (negative: none), noise from `seed`. */
export function expose(
  light: Float32Array,
  { factor }: Vignette,
  { background, readNoise, electronsPerCount }: Camera,
  table: Float32Array,
  seed: number,
): Uint16Array {
  const counts = new Uint16Array(light.length);
  const readVariance = readNoise ** 2;
  const perElectron = 1 / electronsPerCount;
  // Marsaglia's xorshift of 32 bits: fast, and good enough for noise.
  let state = seed | 1;
  for (let i = 0; i < light.length; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    const seen = light[i]! > 0 ? light[i]! * factor[i]! : 0;
    const noise = table[state >>> (32 - TABLE_BITS)]! * Math.sqrt(seen * perElectron + readVariance);
    // Storing cuts the fraction off: with the half, that rounds.
    const count = background + seen + noise + 0.5;
    counts[i] = count <= 0 ? 0 : count >= MOST_COUNTS ? MOST_COUNTS : count;
  }
  return counts;
}
