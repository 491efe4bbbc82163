import { beforeAll, describe, expect, it } from 'vitest';
import {
  alignPair,
  type PairEstimate,
  type PairInput,
  type TileStrip,
} from '../../../../services/stitching/alignment/align-pair.ts';
import { noiseModel } from '../../../../services/stitching/alignment/noise-model.ts';
import { saturatedShare } from '../../../../services/stitching/alignment/saturation.ts';
import { type Correlator, openCorrelator } from '../../../../services/stitching/alignment/workspace.ts';
import { axes, type Triple } from '../../../../services/stitching/axes.ts';
import { deviations } from '../../../../services/stitching/symmetric.ts';
import { loadKernels } from '../../../../shared/kernels/kernels.ts';
import { type Camera, cutStrip, type Sample, texturedSample } from './sample.ts';

let correlator: Correlator;
beforeAll(async () => {
  const kernels = loadKernels();
  // What other tasks of the thread left there: as float32, no numbers.
  kernels.layout({ left: { type: 'uint8', length: 2 ** 27 } }).left.fill(255);
  correlator = await openCorrelator(kernels);
});

const quiet: Camera = { level: 1000, contrast: 100, noise: 1, seed: 1 };
const noise = { background: 0, readVariance: 1, gain: 0.001 };
const size: Triple = [64, 72, 24];

interface Scene {
  readonly offset: Triple;
  readonly nominal?: Triple;
  readonly search?: Triple;
  readonly camera?: Camera;
  readonly size?: Triple;
  readonly seed?: number;
  readonly change?: (strip: TileStrip) => TileStrip;
}

function alignScene(scene: Scene): PairEstimate {
  const sample = texturedSample(scene.seed ?? 7);
  const camera = scene.camera ?? quiet;
  const tileSize = scene.size ?? size;
  const change = scene.change ?? ((strip: TileStrip) => strip);
  return align({
    a: change(cutStrip(sample, [0, 0, 0], tileSize, camera)),
    b: change(cutStrip(sample, scene.offset, tileSize, { ...camera, seed: camera.seed + 1 })),
    tileSize,
    nominal: scene.nominal ?? axes((i) => Math.round(scene.offset[i])),
    search: scene.search ?? [6, 6, 3],
  });
}

const align = (input: Omit<PairInput, 'noise'>): PairEstimate => alignPair(correlator, { ...input, noise });

const errorOf = (estimate: PairEstimate, truth: Triple): number =>
  Math.max(...axes((i) => Math.abs(estimate.candidates[0]!.offset[i] - truth[i])));

describe('a pair of overlapping tiles', () => {
  it.each([[[36.3, 1.7, -0.4]], [[34.5, -2.45, 1.5]], [[38, 3, -2]], [[1.2, 42.6, 0.8]]] as const)(
    'is found at %j to a hundredth of a voxel',
    (offset) => {
      const estimate = alignScene({ offset, nominal: [offset[0] < 10 ? 0 : 36, offset[0] < 10 ? 44 : 0, 0] });
      expect(errorOf(estimate, offset)).toBeLessThan(0.01);
      expect(estimate.candidates[0]!.reliability).toBeGreaterThan(0.9);
      expect(estimate.atSearchBorder).toBe(false);
    },
  );

  it('is found in an overlap of 16 voxels too', () => {
    const offset: Triple = [47.7, 0.4, 0.3];
    expect(errorOf(alignScene({ offset, nominal: [48, 0, 0] }), offset)).toBeLessThan(0.02);
  });

  it('does not depend on where the strips were cut from the tiles', () => {
    const offset: Triple = [36.3, 1.7, -0.4];
    const sample = texturedSample(7);
    const whole = cutStrip(sample, [0, 0, 0], size, quiet);
    const width = 40;
    const right = { ...cutStrip(sample, [24, 0, 0], [width, 72, 24], quiet), origin: [24, 0, 0] as const };
    const left = cutStrip(sample, offset, [width, 72, 24], { ...quiet, seed: 2 });
    expect(whole.size).toEqual(size);
    const estimate = align({ a: right, b: left, tileSize: size, nominal: [36, 0, 0], search: [6, 6, 3] });
    expect(errorOf(estimate, offset)).toBeLessThan(0.01);
  });

  it('is found as well in 16-bit as in real pixels', () => {
    const offset: Triple = [36.3, 1.7, -0.4];
    const rounded = (strip: TileStrip) => ({ ...strip, values: Uint16Array.from(strip.values, Math.round) });
    expect(errorOf(alignScene({ offset, change: rounded }), offset)).toBeLessThan(0.02);
  });

  it('is found under noise within what its covariance says', () => {
    const camera = { ...quiet, noise: 100 };
    const truth: Triple = [36.3, 1.7, -0.4];
    for (const seed of [11, 12, 13]) {
      const estimate = alignPair(correlator, {
        a: cutStrip(texturedSample(seed), [0, 0, 0], size, camera),
        b: cutStrip(texturedSample(seed), truth, size, { ...camera, seed: 99 }),
        tileSize: size,
        nominal: [36, 0, 0],
        search: [6, 6, 3],
        noise: { background: 0, readVariance: 10_000, gain: 0.001 },
      });
      const sd = deviations(estimate.candidates[0]!.covariance);
      expect(errorOf(estimate, truth), `seed ${seed}`).toBeLessThan(4 * Math.max(...sd));
      expect(Math.max(...sd), `seed ${seed}`).toBeLessThan(0.1);
    }
  });

  it('is found where planes are missing in either tile', () => {
    const offset: Triple = [36.3, 1.7, -0.4];
    const change = (strip: TileStrip): TileStrip => {
      const values = Float32Array.from(strip.values);
      values.fill(65_535, 5 * 64 * 72, 6 * 64 * 72);
      return { ...strip, values, missingPlanes: [5] };
    };
    expect(errorOf(alignScene({ offset, change }), offset)).toBeLessThan(0.05);
  });

  it('keeps z where the stacks are single planes', () => {
    const offset: Triple = [36.3, 1.7, 0];
    const [best] = alignScene({ offset, size: [64, 72, 1] }).candidates;
    expect(best!.offset[2]).toBe(0);
    expect(best!.covariance[2]).toEqual([0, 0, 0]);
    expect(Math.abs(best!.offset[0] - offset[0])).toBeLessThan(0.05);
    expect(Math.abs(best!.offset[1] - offset[1])).toBeLessThan(0.05);
  });

  it('is reported where the offset lies at the border of the search', () => {
    const offset: Triple = [36.3, 5.8, -0.4];
    const estimate = alignScene({ offset, nominal: [36, 0, 0] });
    expect(errorOf(estimate, offset)).toBeLessThan(0.1);
    expect(estimate.atSearchBorder).toBe(true);
  });
});

describe('a pair whose overlap is saturated in part', () => {
  /** Light lost towards the corners, a gain of each tile, and a camera that ends at 65,535 counts. */
  const exposed = (light: number, gain: number) => (strip: TileStrip) => ({
    ...strip,
    values: Uint16Array.from(strip.values, (value, i) => {
      const [x, y] = [i % size[0], Math.floor(i / size[0]) % size[1]];
      const away = ((x - size[0] / 2) ** 2 + (y - size[1] / 2) ** 2) / (size[0] ** 2 / 2);
      return Math.min(65_535, Math.round(110 + light * gain * (1 - 0.35 * Math.min(1, away)) * value));
    }),
  });

  function seen(light: number): { readonly share: number; readonly estimate: PairEstimate } {
    const sample = texturedSample(7);
    const a = exposed(light, 1.05)(cutStrip(sample, [0, 0, 0], size, quiet));
    const b = exposed(light, 0.95)(cutStrip(sample, [36.3, 1.7, -0.4], size, { ...quiet, seed: 2 }));
    const pair = { a, b, tileSize: size, nominal: [36, 0, 0] as const, search: [6, 6, 3] as const };
    const planes = [a, b].map(({ values }) => ({ values, width: size[0], height: size[1] * size[2] }));
    return {
      share: saturatedShare(a, b, [36.3, 1.7, -0.4]),
      estimate: alignPair(correlator, { ...pair, noise: noiseModel(planes) }),
    };
  }

  it.each([70, 78, 85, 100])('is trusted less by as much, with light of %i', (light) => {
    const { share, estimate } = seen(light);
    expect(share).toBeGreaterThan(0);
    expect(estimate.candidates[0]?.reliability ?? 0).toBeLessThanOrEqual(Math.max(0, (1 - share) / 0.9));
  });

  it('is trusted as ever where little is', () => {
    const { share, estimate } = seen(50);
    expect(share).toBeLessThan(0.05);
    expect(estimate.candidates[0]!.reliability).toBeGreaterThan(0.9);
  });
});

describe('a pair that shows nothing', () => {
  it('has no reliability where there is only noise', () => {
    const sample = texturedSample(7);
    const camera = { ...quiet, contrast: 0 };
    for (const seed of [1, 2, 3]) {
      const estimate = align({
        a: cutStrip(sample, [0, 0, 0], size, { ...camera, seed }),
        b: cutStrip(sample, [0, 0, 0], size, { ...camera, seed: seed + 10 }),
        tileSize: size,
        nominal: [36, 0, 0],
        search: [6, 6, 3],
      });
      expect(estimate.candidates[0]?.reliability ?? 0, `seed ${seed}`).toBe(0);
      expect(estimate.signal, `seed ${seed}`).toBeLessThan(1.05);
    }
  });

  it.each([
    ['constant', 500],
    ['saturated', 65_535],
  ])('has no candidate where it is %s', (_, value) => {
    const change = (strip: TileStrip) => ({
      ...strip,
      values: new Uint16Array(strip.values.length).fill(value),
    });
    expect(alignScene({ offset: [36, 0, 0], change }).candidates).toEqual([]);
  });

  it('has no candidate where all planes of one tile are missing', () => {
    const missingPlanes = Array.from({ length: size[2] }, (_, z) => z);
    expect(
      alignScene({ offset: [36, 0, 0], change: (strip) => ({ ...strip, missingPlanes }) }).candidates,
    ).toEqual([]);
  });

  it('has no candidate where the tiles hardly touch', () => {
    const estimate = alignScene({ offset: [62.5, 0, 0], nominal: [62, 0, 0], search: [1, 6, 3] });
    expect(estimate.candidates).toEqual([]);
  });
});

describe('a large pair that fits nowhere', () => {
  const large: Triple = [96, 700, 16];
  /** Of few waves: a million voxels of each take their time. */
  const few = (seed: number): Sample => texturedSample(seed, 20);

  function transformsOf(seedA: number, seedB: number): number {
    let count = 0;
    const { fourier } = correlator;
    const volume: typeof fourier.volume = (plan) => {
      const transform = fourier.volume(plan);
      const forward: typeof transform.forward = (planes, spectrum) => {
        count++;
        transform.forward(planes, spectrum);
      };
      return { ...transform, forward };
    };
    alignPair(
      { ...correlator, fourier: { ...fourier, volume } },
      {
        a: cutStrip(few(seedA), [0, 0, 0], large, quiet),
        b: cutStrip(few(seedB), [20, 0, 0], large, { ...quiet, seed: 2 }),
        tileSize: large,
        nominal: [20, 0, 0],
        search: [12, 12, 3],
        noise,
      },
    );
    return count;
  }

  it('takes no more than a look at its strongest segments', () => {
    // Two to four of the coarse stage, and both tiles' of eight segments.
    expect(transformsOf(7, 8)).toBeLessThanOrEqual(4 + 2 * 8);
    expect(transformsOf(7, 7)).toBeGreaterThan(4 + 2 * 8);
  });
});

describe('a pair that may fit in more than one way', () => {
  it('is ambiguous where its content repeats', () => {
    const stripes = [
      { frequency: [0, 1 / 14, 0] as const, phase: 0, amplitude: 1 },
      { frequency: [1 / 15, 0, 0] as const, phase: 1, amplitude: 1 },
      { frequency: [0, 0, 1 / 7] as const, phase: 2, amplitude: 1 },
    ];
    const estimate = align({
      a: cutStrip(stripes, [0, 0, 0], size, quiet),
      b: cutStrip(stripes, [36, 0, 0], size, { ...quiet, seed: 2 }),
      tileSize: size,
      nominal: [36, 0, 0],
      search: [16, 16, 3],
    });
    expect(estimate.candidates.length).toBeGreaterThan(1);
    expect(estimate.candidates[0]!.T).toBeGreaterThan(12);
    expect(estimate.candidates[0]!.reliability).toBeLessThan(0.15);
  });

  it('is not trusted on a smooth edge alone, which fits well wherever it lies', () => {
    const edge = (x: number, y: number): number => 1000 / (1 + Math.exp((x + 0.7 * y - 40) / 14));
    const camera = { ...quiet, contrast: 0, level: 0 };
    const lit = (offset: Triple, seed: number): TileStrip => {
      const strip = cutStrip([], [0, 0, 0], size, { ...camera, seed });
      const values = Float32Array.from(strip.values, (value, i) => {
        const [x, y] = [i % size[0], Math.floor(i / size[0]) % size[1]];
        return value + edge(x + offset[0], y + offset[1]);
      });
      return { ...strip, values };
    };
    const estimate = align({
      a: lit([0, 0, 0], 1),
      b: lit([40, 3, 0], 2),
      tileSize: size,
      nominal: [36, 0, 0],
      search: [8, 8, 3],
    });
    expect(estimate.candidates[0]?.reliability ?? 0).toBeLessThan(0.15);
  });

  it('is not taken for a copy of the same tile', () => {
    const sample = texturedSample(7);
    const estimate = align({
      a: cutStrip(sample, [0, 0, 0], size, quiet),
      b: cutStrip(sample, [0, 0, 0], size, { ...quiet, seed: 2 }),
      tileSize: size,
      nominal: [36, 0, 0],
      search: [40, 6, 3],
    });
    expect(estimate.candidates.every(({ offset }) => offset[0] > 10)).toBe(true);
  });

  it.each([[[3.4, -0.6, 0.3]], [[-0.8, 4.3, 0.2]], [[14.2, 1.3, -0.4]]] as const)(
    'is found at %j too, where nearly all of both tiles is the same',
    (offset) => {
      const estimate = alignScene({ offset, nominal: [28, 0, 0], search: [30, 8, 3] });
      expect(errorOf(estimate, offset)).toBeLessThan(0.01);
    },
  );

  it('may lie where the stage says, also at nothing', () => {
    const estimate = alignScene({ offset: [0.3, 0.2, 0.1], nominal: [0, 0, 0] });
    expect(errorOf(estimate, [0.3, 0.2, 0.1])).toBeLessThan(0.01);
  });
});
