/**
 * The hot loops over voxels, in WebAssembly SIMD. Each has a twin in `oracles/` that says exactly what it computes,
 * rounding included; the two agree bit for bit (a NaN is a NaN: its payload is the machine's).
 *
 * Every array argument must be a view from this instance's `layout`, or a subarray of one: copying a plane in or out
 * costs as much as working on it, so readers read straight into these views. One instance per thread.
 * Where no rectangle is given, the first array says how many voxels are worked on; the others may be longer, what is
 * behind stays as it is.
 *
 * NaN in float32 pixels stays NaN through every kernel and spreads to the voxels it is averaged into; `quantise` to an
 * integer type turns it into 0.
 */
import { type AlignmentKernels, alignmentBy } from './alignment.ts';
import { expectAtLeast, expectCounts, expectRows } from './expect.ts';
import { type GzipBuffers, type GzipLevel, gzipBy } from './gzip.ts';
import { type IlluminationKernels, illuminationBy } from './illumination.ts';
import { addressOf, type BufferSpecs, type Buffers, type GrowableMemory, layOut } from './memory.ts';
import { type BlendExport, instantiate, type KernelExports } from './module.ts';
import { type Pixels, pixelTypeOf } from './pixels.ts';
import { type SurveyKernels, surveyBy } from './survey.ts';

export { type Basis, highPassScratch } from './alignment.ts';
export { type GzipBuffers, type GzipLevel, gzipBound, gzipBuffers } from './gzip.ts';
export type { FieldPlane, IlluminationKernels, SplinePlane } from './illumination.ts';
export { type BufferSpecs, type Buffers, KernelMemoryError } from './memory.ts';
export type { Pixels, PixelType } from './pixels.ts';

export interface Kernels extends AlignmentKernels, IlluminationKernels, SurveyKernels {
  /**
   * Lays out named buffers in the instance's memory (16-byte aligned, zeroed), growing it at most once. The views of
   * every earlier layout are invalid afterwards, so let no read into them be under way.
   * Throws KernelMemoryError above 4 GiB or where the system refuses.
   */
  layout<S extends BufferSpecs>(specs: S): Buffers<S>;

  /**
   * out = max(raw - background, 0) * flat, in float32, for a rectangle of `columns` x `rows` pixels at the beginning of
   * planes that are so wide; begin elsewhere by a subarray. Without `flat` the factor is 1.
   */
  correct(
    raw: Pixels,
    rawWidth: number,
    flat: FlatPlane | undefined,
    background: number,
    out: Float32Array,
    outWidth: number,
    columns: number,
    rows: number,
  ): void;

  /**
   * Feathered blending of the corrected pixels of an overlap, tile after tile (STITCHING section 7). With
   * w = rampX * rampY: weight += w, then mean += (w / weight) * (value - mean): the running form of
   * sum(w * value) / sum(w). Start from zeros; `blended` is the mean after every call, 0 where no tile has weight, and no
   * resolving pass follows. A running mean because it is exact where dividing two sums is not: a single tile is copied,
   * and tiles that agree blend to the very value they agree on, whatever the ramps. So tiles cut from one volume give
   * back its voxels, and mips from unrounded voxels give those of the volume, ties included.
   * Infinite pixels give NaN where tiles overlap. A value with weight 0 changes nothing, unless it is not finite.
   */
  readonly blend: Blend;

  /** As `blend`, but the value with the largest w is taken, the first of equals; weight = max(weight, w). */
  readonly blendNearest: Blend;

  /** As `blend`, but the largest of the values with w > 0 is taken; weight += w. */
  readonly blendMax: Blend;

  /** As `blend`, but the smallest of the values with w > 0 is taken; weight += w. */
  readonly blendMin: Blend;

  /** How many values are at least `least`; NaN is none. */
  countFrom(values: Float32Array, least: number): number;

  /**
   * Copies a rectangle of `columns` x `rows` voxels from the beginning of one plane to that of another of the same type,
   * which are so wide; begin elsewhere by a subarray.
   */
  copyRows(from: Pixels, fromWidth: number, to: Pixels, toWidth: number, columns: number, rows: number): void;

  /**
   * Rounds half to even and clips to the range of `out`; NaN becomes 0. float32: a copy. Of a rectangle of
   * `columns` x `rows` voxels at the beginning of planes that are so wide.
   */
  quantise(
    values: Float32Array,
    width: number,
    out: Pixels,
    outWidth: number,
    columns: number,
    rows: number,
  ): void;

  /** Pixels as float32, exactly. */
  widen(values: Pixels, out: Float32Array): void;

  /**
   * 2x2 mean ((a + b) + (c + d)) / 4 of a plane (width x height, x fastest; a, b of the upper row) into
   * ceil(width / 2) x ceil(height / 2), unrounded. At an odd border the missing partner is a copy of the last voxel.
   *
   * Means of means of uint16 voxels are exact in float32 as long as 16 + log2(voxels averaged) <= 24: four mips of
   * 2x2x1, or two of 2x2x2. Each further mip is off by less than 2^-8 (values below 4096: exact for four bits more).
   */
  halvePlane(plane: Float32Array, width: number, height: number, out: Float32Array): void;

  /** (a + b) / 2 per voxel: the z half of 2x2x2. For a missing partner pass the plane twice. */
  averagePlanes(a: Float32Array, b: Float32Array, out: Float32Array): void;

  /**
   * A gzip file (RFC 1952) of the voxels as they lie in memory, in `gzipped`, of which the returned part holds it until
   * the next call. Its header names neither time nor system: equal voxels give equal bytes, whatever was encoded before.
   * Voxels of 2 bytes are what it is made for; those of 1 or 4 bytes are taken in pairs and halves.
   * `buffers`: of a layout that included `gzipBuffers` of at least as many bytes; `voxels` must not lie in them.
   */
  gzip(voxels: Pixels, level: GzipLevel, buffers: GzipBuffers): Uint8Array;
}

/** values, blended, weight: rows x columns, x fastest; rampX: columns long; rampY: rows long; both >= 0. */
export type Blend = (
  values: Float32Array,
  columns: number,
  rows: number,
  rampX: Float32Array,
  rampY: Float32Array,
  blended: Float32Array,
  weight: Float32Array,
) => void;

/** Factors of a flat field from the rectangle's corner on, and the width of the plane they lie in. */
export interface FlatPlane {
  readonly factor: Float32Array;
  readonly width: number;
}

/** A fresh instance with a memory of its own. Synchronous; well below a millisecond. */
export function loadKernels(): Kernels {
  const { memory, kernels } = instantiate();
  const address = (name: string, pixels: Pixels) => addressOf(memory, name, pixels);
  const copyRows: Kernels['copyRows'] = (from, fromWidth, to, toWidth, columns, rows) => {
    expectRows('from', from, fromWidth, columns, rows);
    expectRows('to', to, toWidth, columns, rows);
    const bytes = from.BYTES_PER_ELEMENT;
    if (to.BYTES_PER_ELEMENT !== bytes)
      throw new TypeError(`to is ${pixelTypeOf(to)}, expected ${pixelTypeOf(from)} as from is`);
    const [source, target] = [address('from', from), address('to', to)];
    kernels.copyRows(source, fromWidth * bytes, target, toWidth * bytes, columns * bytes, rows);
  };
  return {
    ...alignmentBy(memory, kernels),
    ...illuminationBy(memory, kernels),
    ...surveyBy(memory, kernels),

    layout: (specs) => layOut(memory, kernels.firstFreeByte(), specs),

    correct(raw, rawWidth, flat, background, out, outWidth, columns, rows) {
      expectRows('raw', raw, rawWidth, columns, rows);
      expectRows('out', out, outWidth, columns, rows);
      if (flat) expectRows('flat', flat.factor, flat.width, columns, rows);
      const [from, to] = [address('raw', raw), address('out', out)];
      const factors = flat ? address('flat', flat.factor) : 0;
      correctBy(kernels, raw)(
        from,
        rawWidth,
        factors,
        flat?.width ?? 0,
        background,
        to,
        outWidth,
        columns,
        rows,
      );
    },

    gzip: gzipBy(memory, kernels),

    blend: blendBy(memory, kernels.blend),
    blendNearest: blendBy(memory, kernels.blendNearest),
    blendMax: blendBy(memory, kernels.blendMax),
    blendMin: blendBy(memory, kernels.blendMin),

    countFrom: (values, least) => kernels.countFrom(address('values', values), least, values.length),

    copyRows,

    quantise(values, width, out, outWidth, columns, rows) {
      expectRows('values', values, width, columns, rows);
      expectRows('out', out, outWidth, columns, rows);
      if (out instanceof Float32Array) return copyRows(values, width, out, outWidth, columns, rows);
      const [from, to] = [address('values', values), address('out', out)];
      const quantise = out instanceof Uint16Array ? kernels.quantiseUint16 : kernels.quantiseUint8;
      quantise(from, width, to, outWidth, columns, rows);
    },

    widen(values, out) {
      expectAtLeast('out', out, values.length);
      const [from, to] = [address('values', values), address('out', out)];
      if (values instanceof Float32Array) out.set(values);
      else if (values instanceof Uint16Array) kernels.widenUint16(from, to, values.length);
      else kernels.widenUint8(from, to, values.length);
    },

    halvePlane(plane, width, height, out) {
      expectCounts({ width, height });
      expectAtLeast('plane', plane, width * height);
      expectAtLeast('out', out, Math.ceil(width / 2) * Math.ceil(height / 2));
      kernels.halvePlane(address('plane', plane), width, height, address('out', out));
    },

    averagePlanes(a, b, out) {
      expectAtLeast('b', b, a.length);
      expectAtLeast('out', out, a.length);
      kernels.averagePlanes(address('a', a), address('b', b), address('out', out), a.length);
    },
  };
}

function correctBy(kernels: KernelExports, raw: Pixels) {
  const { correctUint8: uint8, correctUint16: uint16, correctFloat32: float32 } = kernels;
  return { uint8, uint16, float32 }[pixelTypeOf(raw)];
}

function blendBy(memory: GrowableMemory, kernel: BlendExport): Blend {
  return (values, columns, rows, rampX, rampY, blended, weight) => {
    expectRows('values', values, columns, columns, rows);
    expectRows('blended', blended, columns, columns, rows);
    expectRows('weight', weight, columns, columns, rows);
    expectAtLeast('rampX', rampX, columns);
    expectAtLeast('rampY', rampY, rows);
    kernel(
      addressOf(memory, 'values', values),
      columns,
      rows,
      addressOf(memory, 'rampX', rampX),
      addressOf(memory, 'rampY', rampY),
      addressOf(memory, 'blended', blended),
      addressOf(memory, 'weight', weight),
    );
  };
}
