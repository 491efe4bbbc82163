import { beforeAll, describe, expect, it } from 'vitest';
import { goodSize, openLines } from '../../shared/numerics/fft.ts';
import { type Fourier, goodVolumeSize, openFourier, wholePlan } from '../../shared/numerics/fft-volume.ts';
import { seededRandom } from '../../shared/numerics/random.ts';

let fourier: Fourier;
beforeAll(async () => {
  fourier = await openFourier();
});

describe('lengths of transforms', () => {
  it('are the next multiple of the lanes with the factors 2, 3 and 5', () => {
    expect([1, 16, 17, 97, 225].map((count) => goodSize(count, 'complex'))).toEqual([16, 16, 32, 128, 240]);
    expect([1, 33, 200, 1025].map((count) => goodSize(count, 'real'))).toEqual([32, 64, 256, 1152]);
    expect(goodVolumeSize({ x: 40, y: 20, z: 1 })).toEqual({ x: 64, y: 32, z: 1 });
  });

  it('that the library cannot do are refused before it aborts', async () => {
    const lines = await openLines();
    expect(() => lines.line(24, 'complex')).toThrow(RangeError);
    expect(() => lines.line(48, 'real')).toThrow(/multiple of 32/);
    expect(() => lines.line(112, 'complex')).toThrow(/factors 2, 3, 5/);
  });
});

/** Random planes whose rows and planes behind `filled` are zero. */
function volume(size: { x: number; y: number; z: number }, filled: { y: number; z: number }, seed: number) {
  const random = seededRandom(seed);
  const values = new Float32Array(size.x * size.y * size.z);
  for (let z = 0; z < filled.z; z++) {
    for (let i = 0; i < filled.y * size.x; i++) values[z * size.y * size.x + i] = random() - 0.5;
  }
  const source = (z: number, into: Float32Array, at: number) => {
    const from = z * size.y * size.x;
    into.set(values.subarray(from, from + filled.y * size.x), at);
  };
  return { values, source };
}

function directCoefficient(
  values: Float32Array,
  size: { x: number; y: number; z: number },
  k: readonly number[],
) {
  let re = 0;
  let im = 0;
  values.forEach((value, i) => {
    const x = i % size.x;
    const y = Math.floor(i / size.x) % size.y;
    const z = Math.floor(i / (size.x * size.y));
    const phase = -2 * Math.PI * ((k[0]! * x) / size.x + (k[1]! * y) / size.y + (k[2]! * z) / size.z);
    re += value * Math.cos(phase);
    im += value * Math.sin(phase);
  });
  return [re, im] as const;
}

describe('transforms of volumes', () => {
  const size = { x: 32, y: 16, z: 16 };
  const filled = { y: 13, z: 11 };

  it('equal the direct sum at every kind of frequency', () => {
    const { values, source } = volume(size, filled, 1);
    const transform = fourier.volume(wholePlan(size, filled, 0));
    const spectrum = transform.allocateSpectrum();
    transform.forward(source, spectrum);
    for (const k of [
      [0, 0, 0],
      [3, 5, 7],
      [16, 2, 15],
      [0, 9, 8],
      [16, 8, 0],
      [15, 0, 1],
    ]) {
      const [re, im] = directCoefficient(values, size, k);
      const at = spectrum / 4 + 2 * ((k[0]! * size.y + k[1]!) * size.z + k[2]!);
      expect(fourier.floats()[at]).toBeCloseTo(re, 3);
      expect(fourier.floats()[at + 1]).toBeCloseTo(im, 3);
    }
    transform.free();
  });

  it('keep only the frequencies asked for, in their order', () => {
    const { values, source } = volume(size, filled, 2);
    const transform = fourier.volume({ size, filled, keptX: 5, keptY: Int32Array.of(0, 2, 15), shiftsZ: 0 });
    const spectrum = transform.allocateSpectrum();
    transform.forward(source, spectrum);
    const [re, im] = directCoefficient(values, size, [4, 15, 6]);
    const at = spectrum / 4 + 2 * ((4 * 3 + 2) * size.z + 6);
    expect(fourier.floats()[at]).toBeCloseTo(re, 3);
    expect(fourier.floats()[at + 1]).toBeCloseTo(im, 3);
    transform.free();
  });

  it.each([[16], [1]])('come back at the shifts asked for, %i planes', (planes) => {
    const flat = { ...size, z: planes };
    const some = { y: 13, z: Math.min(11, planes) };
    const { values, source } = volume(flat, some, 3);
    const shifts = {
      x: Int32Array.of(31, 0, 7),
      y: Int32Array.of(3, 12),
      z: planes === 1 ? Int32Array.of(0) : Int32Array.of(10, 0, 4),
    };
    const transform = fourier.volume(wholePlan(flat, some, shifts.z.length));
    const spectrum = transform.allocateSpectrum();
    transform.forward(source, spectrum);
    const back = transform.inverse(spectrum, shifts);
    let at = 0;
    for (const z of shifts.z) {
      for (const y of shifts.y) {
        for (const x of shifts.x) expect(back[at++]).toBeCloseTo(values[(z * flat.y + y) * flat.x + x]!, 5);
      }
    }
    expect(back).toHaveLength(at);
    transform.free();
  });
});
