/** A sample that is known everywhere, also between voxels: a sum of plane waves. Strips cut from it have no interpolation error. */
import type { TileStrip } from '../../../../services/stitching/alignment/align-pair.ts';
import type { Triple } from '../../../../services/stitching/axes.ts';
import { seededRandom } from '../../../../shared/numerics/random.ts';

interface Wave {
  /** Cycles per voxel. */
  readonly frequency: Triple;
  readonly phase: number;
  readonly amplitude: number;
}

export type Sample = readonly Wave[];

/** Waves of up to 0.3 cycles per voxel, amplitudes falling with the frequency; the whole has a deviation of 1. */
export function texturedSample(seed: number, count = 60): Sample {
  const random = seededRandom(seed);
  const waves = Array.from({ length: count }, () => {
    const frequency: Triple = [0.6 * (random() - 0.5), 0.6 * (random() - 0.5), 0.6 * (random() - 0.5)];
    return { frequency, phase: 2 * Math.PI * random(), amplitude: 1 / (0.02 + Math.hypot(...frequency)) };
  });
  const power = Math.sqrt(waves.reduce((sum, { amplitude }) => sum + amplitude ** 2 / 2, 0));
  return waves.map((wave) => ({ ...wave, amplitude: wave.amplitude / power }));
}

export interface Camera {
  readonly level: number;
  /** Deviation of the sample in counts. */
  readonly contrast: number;
  /** Deviation of the noise in counts. */
  readonly noise: number;
  readonly seed: number;
}

/** The sample as a camera sees it from `position` on, as float32 counts. */
export function cutStrip(sample: Sample, position: Triple, size: Triple, camera: Camera): TileStrip {
  const [width, height, planes] = size;
  const values = new Float32Array(width * height * planes);
  for (const { frequency, phase, amplitude } of sample) {
    const stepCos = Math.cos(2 * Math.PI * frequency[0]);
    const stepSin = Math.sin(2 * Math.PI * frequency[0]);
    for (let at = 0, row = 0; at < values.length; row++) {
      const y = position[1] + (row % height);
      const z = position[2] + Math.floor(row / height);
      const start = 2 * Math.PI * (frequency[0] * position[0] + frequency[1] * y + frequency[2] * z) + phase;
      let cos = camera.contrast * amplitude * Math.cos(start);
      let sin = camera.contrast * amplitude * Math.sin(start);
      for (const end = at + width; at < end; at++) {
        values[at] = values[at]! + cos;
        const next = cos * stepCos - sin * stepSin;
        sin = sin * stepCos + cos * stepSin;
        cos = next;
      }
    }
  }
  const normal = normalNumbers(camera.seed);
  return {
    values: values.map((value) => camera.level + value + camera.noise * normal()),
    size,
    origin: [0, 0, 0],
  };
}

export function normalNumbers(seed: number): () => number {
  const random = seededRandom(seed);
  return () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
