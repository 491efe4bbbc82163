/**
 * Alignment of 3 x 3 tiles of 512 x 512 x 64 with 12.5 % overlap, in CPU seconds, against its own Fourier transforms run
 * bare in the same process: medians of several rounds after one that compiles. Pixels are in memory; reading them is not counted.
 */
import { alignPair, type TileStrip } from '../services/stitching/alignment/align-pair.ts';
import { noiseModel } from '../services/stitching/alignment/noise-model.ts';
import { type Correlator, openCorrelator } from '../services/stitching/alignment/workspace.ts';
import { axes, type Triple } from '../services/stitching/axes.ts';
import { loadKernels } from '../shared/kernels/kernels.ts';
import type {
  Fourier,
  PlaneSource,
  Shifts,
  VolumePlan,
  VolumeTransform,
} from '../shared/numerics/fft-volume.ts';
import { seededRandom } from '../shared/numerics/random.ts';
import { median } from '../shared/numerics/statistics.ts';

const tileSize: Triple = [512, 512, 64];
const step = 448;
const search: Triple = [15, 15, 6];
const stripWidth = tileSize[0] - step + search[0] + 12;
const pairCount = 12;
const roundCount = 5;

export const benches = [{ name: 'alignment', run: benchAlignment }];

async function benchAlignment(print: (line: string) => void): Promise<void> {
  const correlator = await openCorrelator(loadKernels());
  const { fourier } = correlator;
  const sample = textured([stripWidth + 16, tileSize[1] + 16, tileSize[2] + 8]);
  const pairs = Array.from({ length: pairCount }, (_, i) => cutPair(sample, i));
  const calls: TransformCall[] = [];
  align({ ...correlator, fourier: recording(fourier, calls) }, pairs);
  const again = replayOf(fourier, calls);
  again();
  // In turns, so that what else the machine does is in both.
  const rounds = Array.from({ length: roundCount }, () => ({
    aligned: cpuSeconds(() => align(correlator, pairs)),
    bare: cpuSeconds(again),
  }));
  const aligned = median(rounds.map((round) => round.aligned));
  const bare = median(rounds.map((round) => round.bare));
  print(`align 12 pairs, 512 x 512 x 64, 12.5 %   ${aligned.toFixed(2)} s of CPU`);
  print(
    `its ${calls.length} transforms alone              ${bare.toFixed(2)} s, ratio ${(aligned / bare).toFixed(2)} (aim: 2.0)`,
  );
}

function cpuSeconds(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

interface Cut {
  readonly a: TileStrip;
  readonly b: TileStrip;
  readonly offset: Triple;
}

function align(correlator: Correlator, pairs: readonly Cut[]): void {
  const [first] = pairs;
  const [width, height] = first!.a.size;
  const plane = { values: first!.a.values.subarray(0, width * height), width, height };
  const noise = noiseModel([plane]);
  for (const { a, b, offset } of pairs) {
    const { candidates } = alignPair(correlator, { a, b, tileSize, nominal: [step, 0, 0], search, noise });
    const found = candidates[0]?.offset ?? [0, 0, 0];
    if (axes((i) => Math.abs(found[i] - offset[i])).some((error) => error > 0.1)) {
      throw new Error(`Expected the offset ${offset.join(', ')}, found ${found.join(', ')}.`);
    }
  }
}

interface Sample {
  readonly values: Float32Array;
  readonly size: Triple;
}

/** Noise smoothed to the grain of tissue, around 300 counts. */
function textured(size: Triple): Sample {
  let values = new Float32Array(size[0] * size[1] * size[2]);
  const random = seededRandom(1);
  for (let i = 0; i < values.length; i++) values[i] = random() - 0.5;
  for (const stride of [1, size[0], size[0] * size[1]])
    for (let turn = 0; turn < 2; turn++) values = smoothed(values, stride);
  return { values: values.map((value) => 300 + 2500 * value), size };
}

function smoothed(values: Float32Array<ArrayBuffer>, stride: number): Float32Array<ArrayBuffer> {
  const result = new Float32Array(values.length);
  for (let i = stride; i < values.length - stride; i++) {
    result[i] = values[i - stride]! / 4 + values[i]! / 2 + values[i + stride]! / 4;
  }
  return result;
}

/** Two strips of one sample with camera noise of their own, a few voxels away from their nominal place. */
function cutPair(sample: Sample, seed: number): Cut {
  const random = seededRandom(seed + 2);
  const error: Triple = axes((i) => Math.round((random() - 0.5) * (i === 2 ? 6 : 14)));
  const a = cut(sample, [8, 8, 4], random);
  const b = cut(
    sample,
    axes((i) => (i === 2 ? 4 : 8) + error[i] + (i === 0 ? stripWidth - (tileSize[0] - step) : 0)),
    random,
  );
  return {
    a: { ...a, origin: [tileSize[0] - stripWidth, 0, 0] },
    b: { ...b, origin: [0, 0, 0] },
    offset: [step + error[0], error[1], error[2]],
  };
}

function cut(sample: Sample, start: Triple, random: () => number): Omit<TileStrip, 'origin'> {
  const size: Triple = [stripWidth, tileSize[1], tileSize[2]];
  const values = new Uint16Array(size[0] * size[1] * size[2]);
  let at = 0;
  for (let z = 0; z < size[2]; z++) {
    for (let y = 0; y < size[1]; y++) {
      const plane = ((start[2] + z) % sample.size[2]) * sample.size[1];
      const row = (plane + ((start[1] + y) % sample.size[1])) * sample.size[0];
      for (let x = 0; x < size[0]; x++) {
        const value = sample.values[row + ((start[0] + x) % sample.size[0])]!;
        values[at++] = value + 40 * (random() + random() - 1);
      }
    }
  }
  return { values, size };
}

interface TransformCall {
  readonly plan: VolumePlan;
  readonly shifts?: Shifts;
}

/** The same transforms, each noted when it runs. */
function recording(fourier: Fourier, calls: TransformCall[]): Fourier {
  return {
    floats: fourier.floats,
    volume(plan) {
      const transform = fourier.volume(plan);
      return {
        ...transform,
        forward(planes, spectrum) {
          calls.push({ plan });
          transform.forward(planes, spectrum);
        },
        inverse(spectrum, shifts) {
          calls.push({ plan, shifts });
          return transform.inverse(spectrum, shifts);
        },
      };
    },
  };
}

const emptyPlanes: PlaneSource = () => {};

/** Plans of one shape share their memory, as most do when they are made and freed one after the other. */
function replayOf(fourier: Fourier, calls: readonly TransformCall[]): () => void {
  const transforms = new Map<string, readonly [VolumeTransform, number]>();
  const transformOf = (plan: VolumePlan): readonly [VolumeTransform, number] => {
    const shape = JSON.stringify({ ...plan, keptY: [...plan.keptY] });
    const known = transforms.get(shape);
    if (known !== undefined) return known;
    const transform = fourier.volume(plan);
    const made = [transform, transform.allocateSpectrum()] as const;
    transforms.set(shape, made);
    return made;
  };
  const work = calls.map(({ plan, shifts }) => ({ shifts, of: transformOf(plan) }));
  return () => {
    for (const {
      shifts,
      of: [transform, spectrum],
    } of work) {
      if (shifts === undefined) transform.forward(emptyPlanes, spectrum);
      else transform.inverse(spectrum, shifts);
    }
  };
}
