/** What the arithmetic promises beyond agreeing with its oracle (STITCHING section 7.5). */
import { describe, expect, it } from 'vitest';
import { loadKernels } from '../../shared/kernels/kernels.ts';
import { seededRandom } from '../../shared/numerics/random.ts';
import { expectSameBits, forSeeds, whole } from './cases.ts';

const kernels = loadKernels();
const float32 = (length: number) => ({ type: 'float32' as const, length });

interface Tile {
  readonly x: number;
  readonly y: number;
  readonly columns: number;
  readonly rows: number;
  readonly rampX: Float32Array;
  readonly rampY: Float32Array;
}

const blends = ['blend', 'blendNearest', 'blendMax', 'blendMin'] as const;
type BlendName = (typeof blends)[number];

/** Cuts the tiles out of a plane and blends them back together: each in a plane of its own, of weight 0 beside it. */
function cutAndBlend(
  plane: Float32Array,
  width: number,
  tiles: readonly Tile[],
  name: BlendName = 'blend',
): Float32Array {
  const height = plane.length / width;
  const { values, rampX, rampY, blended, weight } = kernels.layout({
    values: float32(plane.length),
    rampX: float32(width),
    rampY: float32(height),
    blended: float32(plane.length),
    weight: float32(plane.length),
  });
  for (const tile of tiles) {
    for (let row = tile.y; row < tile.y + tile.rows; row++) {
      const from = row * width + tile.x;
      values.set(plane.subarray(from, from + tile.columns), from);
    }
    rampX.fill(0).set(tile.rampX, tile.x);
    rampY.fill(0).set(tile.rampY, tile.y);
    kernels[name](values, width, height, rampX, rampY, blended, weight);
    values.fill(0);
  }
  return blended.slice();
}

/** Weights that fall over the overlaps with the neighbours before and after. */
function ramp(length: number, before: number, after: number): Float32Array {
  const rise = (d: number, overlap: number) => (overlap === 0 ? 1 : Math.min(1, (d + 0.5) / overlap));
  return Float32Array.from({ length }, (_, d) => rise(d, before) * rise(length - 1 - d, after));
}

/** Two by two tiles that overlap by `overlap` and cover size x size. */
function fourTiles(size: number, overlap: number): Tile[] {
  const length = Math.ceil((size + overlap) / 2);
  const second = size - length;
  const shared = length - second;
  const [before, after] = [ramp(length, shared, 0), ramp(length, 0, shared)];
  return [0, second].flatMap((y) =>
    [0, second].map((x) => ({
      x,
      y,
      columns: length,
      rows: length,
      rampX: x === 0 ? after : before,
      rampY: y === 0 ? after : before,
    })),
  );
}

describe.each(blends)('blending by %s', (name) => {
  it('gives back the very plane that tiles were cut from, fractions included, with any overlap', () => {
    for (const overlap of [1, 2, 3, 7, 16, 39, 64]) {
      const random = seededRandom(overlap);
      const size = 131;
      const plane = Float32Array.from({ length: size * size }, () => random() * 65_535);
      expectSameBits(cutAndBlend(plane, size, fourTiles(size, overlap), name), plane, `overlap ${overlap}`);
    }
  });

  it('keeps all 65536 values of uint16 through four tiles', () => {
    const plane = Float32Array.from({ length: 65_536 }, (_, i) => i);
    expectSameBits(cutAndBlend(plane, 256, fourTiles(256, 100), name), plane, 'all values');
  });

  it('copies a single tile whatever its weights', () => {
    forSeeds(50, ({ random, label }) => {
      const [columns, rows] = [1 + whole(random, 30), 1 + whole(random, 30)];
      const plane = Float32Array.from({ length: columns * rows }, () => random() * 65_535);
      const anyRamp = (length: number) => Float32Array.from({ length }, () => random() + 1e-6);
      const tile = { x: 0, y: 0, columns, rows, rampX: anyRamp(columns), rampY: anyRamp(rows) };
      expectSameBits(cutAndBlend(plane, columns, [tile], name), plane, label);
    });
  });
});

describe('where tiles differ', () => {
  /** One voxel that these tiles cover, in this order. */
  function joined(name: BlendName, tiles: readonly (readonly [value: number, ramp: number])[]): number {
    const one = float32(1);
    const buffers = kernels.layout({ value: one, x: one, y: one, plane: one, weight: one });
    buffers.y[0] = 0.5;
    for (const [value, ramp] of tiles) {
      buffers.value[0] = value;
      buffers.x[0] = ramp;
      kernels[name](buffers.value, 1, 1, buffers.x, buffers.y, buffers.plane, buffers.weight);
    }
    return buffers.plane[0]!;
  }

  it('the nearest is the one with the largest weight, the first of equals', () => {
    expect(
      joined('blendNearest', [
        [7, 0.4],
        [900, 0.6],
        [3, 0.6],
        [5, 0],
      ]),
    ).toBe(900);
    expect(
      joined('blendNearest', [
        [7, 0.5],
        [900, 0.5],
      ]),
    ).toBe(7);
  });

  it('the largest and the smallest value win whatever their weights, even against an empty plane', () => {
    expect(
      joined('blendMax', [
        [7, 1],
        [900, 0.1],
        [3, 0.6],
      ]),
    ).toBe(900);
    expect(
      joined('blendMin', [
        [7, 1],
        [900, 0.1],
        [3, 0.6],
      ]),
    ).toBe(3);
    expect(
      joined('blendMax', [
        [-4, 1],
        [-2, 1],
      ]),
    ).toBe(-2);
    expect(
      joined('blendMin', [
        [4, 1],
        [5, 1],
      ]),
    ).toBe(4);
  });

  it.each(blends)('%s takes nothing from a tile of weight 0', (name) => {
    expect(joined(name, [[50, 0]])).toBe(0);
    expect(
      joined(name, [
        [900, 0],
        [50, 0.3],
        [2, 0],
      ]),
    ).toBe(50);
  });

  it('blend is the weighted mean, within 1e-6 of its size', () => {
    forSeeds(200, ({ random, label }) => {
      const buffers = kernels.layout({
        value: float32(1),
        x: float32(1),
        y: float32(1),
        mean: float32(1),
        weight: float32(1),
      });
      const tiles = Array.from({ length: 1 + whole(random, 4) }, () => [
        random() * 65_535,
        random(),
        random(),
      ]);
      let [sum, total] = [0, 0];
      for (const [value, x, y] of tiles as [number, number, number][]) {
        buffers.value[0] = value;
        buffers.x[0] = x;
        buffers.y[0] = y;
        kernels.blend(buffers.value, 1, 1, buffers.x, buffers.y, buffers.mean, buffers.weight);
        sum += value * x * y;
        total += x * y;
      }
      expect(Math.abs(buffers.mean[0]! / (sum / total) - 1), label).toBeLessThan(1e-6);
    });
  });
});

it('means of uint16 voxels are exact through four mips of 2x2x1', () => {
  forSeeds(20, ({ random, label }) => {
    const buffers = kernels.layout({
      a: float32(256),
      b: float32(64),
      c: float32(16),
      d: float32(4),
      e: float32(1),
    });
    for (let i = 0; i < 256; i++) buffers.a[i] = 65_535 - whole(random, 2 + i * 3);
    const sum = buffers.a.reduce((total, value) => total + value, 0);
    kernels.halvePlane(buffers.a, 16, 16, buffers.b);
    kernels.halvePlane(buffers.b, 8, 8, buffers.c);
    kernels.halvePlane(buffers.c, 4, 4, buffers.d);
    kernels.halvePlane(buffers.d, 2, 2, buffers.e);
    expect(buffers.e[0], label).toBe(sum / 256);
  });
});

it('a background above every value gives zeros, and the brightest voxel stays', () => {
  const buffers = kernels.layout({
    raw: { type: 'uint16', length: 3 },
    out: float32(3),
    rounded: { type: 'uint16', length: 3 },
  });
  buffers.raw.set([0, 300, 65_535]);
  kernels.correct(buffers.raw, 3, undefined, 65_535.5, buffers.out, 3, 3, 1);
  expect([...buffers.out]).toEqual([0, 0, 0]);
  kernels.correct(buffers.raw, 3, undefined, 0, buffers.out, 3, 3, 1);
  kernels.quantise(buffers.out, 3, buffers.rounded, 3, 3, 1);
  expect([...buffers.rounded]).toEqual([0, 300, 65_535]);
});

it('ties round to even, what is out of range is clipped, and NaN becomes 0', () => {
  const values = [0.5, 1.5, 2.5, -3, 254.5, 255.5, 65_534.5, 65_535.5, NaN, Infinity, -Infinity];
  const buffers = kernels.layout({
    values: float32(values.length),
    bytes: { type: 'uint8', length: values.length },
    words: { type: 'uint16', length: values.length },
    floats: float32(values.length),
  });
  buffers.values.set(values);
  for (const out of [buffers.bytes, buffers.words, buffers.floats])
    kernels.quantise(buffers.values, values.length, out, values.length, values.length, 1);
  expect([...buffers.bytes]).toEqual([0, 2, 2, 0, 254, 255, 255, 255, 0, 255, 0]);
  expect([...buffers.words]).toEqual([0, 2, 2, 0, 254, 256, 65_534, 65_535, 0, 65_535, 0]);
  expect([...buffers.floats]).toEqual(values);
});
