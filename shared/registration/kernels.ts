/** The loops of registration over voxels and nodes, as its parts call them; who runs them decides on threads. */

import type { Vec3 } from '../geometry/box.ts';
import type { Blocks } from '../kernels/oracles/registration/contrast.ts';
import type { FlowGrid } from '../kernels/oracles/registration/flow.ts';
import type { Kinds } from '../kernels/oracles/registration/kinds.ts';
import type { MatchingGeometry } from '../kernels/oracles/registration/matching.ts';
import type { Misfit } from '../kernels/oracles/registration/misfit.ts';

/** Of L = (id - a^2 Laplacian)^p. */
export interface Smoothness {
  readonly lengthUm: number;
  readonly power: number;
}

export type { Blocks, FlowGrid, Kinds, MatchingGeometry, Misfit };

/** Of a Gaussian along x, y and z, from the middle outwards. */
export type Taps = readonly [Float32Array, Float32Array, Float32Array];

/**
 * Work is cut into slabs whose number depends on sizes alone, and sums over slabs run in their order: results are the
 * same bits on any number of threads.
 */
export interface RegistrationKernels {
  /** Zeros, where the kernels can reach them. */
  floats(count: number): Float32Array;
  /** What is made from now on is given back by `release`. */
  mark(): number;
  release(mark: number): void;
  flowStep(u: Float32Array, v: Float32Array, next: Float32Array, grid: FlowGrid, dt: number): void;
  /** From g = dE/d next to dE/dv (written to `dv`) and dE/du (written to `du`). */
  flowStepAdjoint(
    u: Float32Array,
    v: Float32Array,
    g: Float32Array,
    dv: Float32Array,
    du: Float32Array,
    grid: FlowGrid,
    dt: number,
  ): void;
  /** The atlas's value at each voxel and, where asked for, its derivative there, four floats a voxel. */
  predict(
    geometry: MatchingGeometry,
    sampleSize: Vec3,
    u: Float32Array,
    atlas: Float32Array,
    out: Float32Array,
    rise: Float32Array | undefined,
  ): void;
  /** `pull` times the atlas's rise at each voxel, splatted into `g`: dE/du at the end of the flow. */
  splatPull(
    geometry: MatchingGeometry,
    sampleSize: Vec3,
    pull: Float32Array,
    rise: Float32Array,
    g: Float32Array,
  ): void;
  /** The affine sums: 12, then the lower triangle of 12 x 12, row by row of twelve. */
  affineSums(
    geometry: MatchingGeometry,
    sampleSize: Vec3,
    sampleToUm: ArrayLike<number>,
    u: Float32Array,
    pull: Float32Array,
    curvature: Float32Array,
    rise: Float32Array,
  ): Float64Array;
  misfit(of: Misfit): number;
  pull(of: Misfit, k: number, pull: Float32Array, curvature: Float32Array | undefined): void;
  /** W s^0 … W s^6, then W J s^0 … W J s^3. */
  cubicSums(sample: Float32Array, predicted: Float32Array, weights: Float32Array): Float64Array;
  /** The five sums over blocks that gain and offset follow from, a map each, one behind the other in `maps`. */
  blockSums(of: Misfit, blocks: Blocks, maps: Float32Array): void;
  /** A Gaussian over maps of blocks, by its taps along each axis, to `to`; leaves other values in `maps`. */
  blur(blocks: Blocks, taps: Taps, maps: Float32Array, to: Float32Array): void;
  gains(maps: Float32Array, prior: number, gain: Float32Array, offset: Float32Array): void;
  /** From a map of blocks to voxels, trilinear. */
  refine(map: Float32Array, blocks: Blocks, out: Float32Array): void;
  /** Writes W0 W_M to the misfit's weights; sums of W0 W_M, W0 W_A, W0 W_B, W0 W_M e^2 and W0. */
  classify(of: Misfit, recorded: Float32Array, kinds: Kinds): Float64Array;
  /** Applies L^-1 of the velocity grid to fields, in place (REGISTRATION section 3.3). */
  smooth(fields: readonly Float32Array[]): void;
  /** Sum of products, in float64. */
  dot(a: Float32Array, b: Float32Array): number;
  /** to = scale to + factor from. */
  combine(to: Float32Array, scale: number, factor: number, from: Float32Array): void;
}
