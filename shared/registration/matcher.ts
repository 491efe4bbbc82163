/** One level of sample and atlas, and the misfit between them under a map: values, gradients, contrast. */
import { type Affine, compose, linear, translation } from '../geometry/affine.ts';
import { LANES } from '../kernels/oracles/registration/vector-field.ts';
import { type Contrast, fitContrast, openContrast } from './contrast.ts';
import { type Grid, pointsOf, voxelVolume } from './grid.ts';
import type { MatchingGeometry, Misfit, RegistrationKernels } from './kernels.ts';
import type { WeightedImage } from './levels.ts';
import { classify, type Mixture, type OtherKinds } from './mixture.ts';

export interface Matcher {
  readonly sample: WeightedImage;
  readonly atlas: WeightedImage;
  readonly contrast: Contrast;
  readonly weights: Float32Array;
  readonly predicted: Float32Array;
  /** Derivative of the atlas where each voxel falls, per um, four floats a voxel. */
  readonly rise: Float32Array;
  readonly pull: Float32Array;
  readonly curvature: Float32Array;
}

export function openMatcher(
  kernels: RegistrationKernels,
  sample: WeightedImage,
  atlas: WeightedImage,
  contrastUm: number,
): Matcher {
  const count = pointsOf(sample.grid);
  const own = (values: Float32Array): Float32Array => {
    const floats = kernels.floats(values.length);
    floats.set(values);
    return floats;
  };
  return {
    sample: { ...sample, values: own(sample.values), weights: own(sample.weights) },
    atlas: { ...atlas, values: own(atlas.values) },
    contrast: openContrast(kernels, sample.grid, contrastUm),
    weights: own(sample.weights),
    predicted: kernels.floats(count),
    rise: kernels.floats(count * LANES),
    pull: kernels.floats(count),
    curvature: kernels.floats(count),
  };
}

/** Voxel indices of a grid to its positions. */
export function indexToUm({ spacingUm: [x, y, z], originUm }: Grid): Affine {
  return compose(
    translation(originUm),
    linear([
      [x, 0, 0],
      [0, y, 0],
      [0, 0, z],
    ]),
  );
}

const framed = ({ size: [nx, ny, nz], spacingUm: [x, y, z], originUm }: Grid) => ({
  nx,
  ny,
  nz,
  perUm: [1 / x, 1 / y, 1 / z] as const,
  originUm,
});

/** Where the sample's voxels fall, for a map from sample to atlas space. */
export function geometryOf({ sample, atlas }: Matcher, toAtlas: Affine, velocity: Grid): MatchingGeometry {
  const { grid } = sample;
  return {
    sampleSize: [grid.size[0], grid.size[1]],
    voxelToY: compose(toAtlas, indexToUm(grid)).flat(),
    field: framed(velocity),
    atlas: framed(atlas.grid),
  };
}

export const misfitOf = ({ sample, weights, predicted, contrast }: Matcher): Misfit => ({
  sample: sample.values,
  weights,
  predicted,
  offset: contrast.offset,
  gain: contrast.gain,
  cubic: contrast.cubic,
});

/** k of REGISTRATION section 3.2: what a squared error of one voxel costs, twice. */
export const costOf = ({ sample }: Matcher, { sigma }: Mixture): number =>
  voxelVolume(sample.grid) / sigma ** 2;

/** Predicts the sample under a map: values, and what their derivatives need. */
export function predictMatcher(
  kernels: RegistrationKernels,
  matcher: Matcher,
  toAtlas: Affine,
  velocity: Grid,
  u: Float32Array,
): void {
  const { sample, atlas, predicted, rise } = matcher;
  const geometry = geometryOf(matcher, toAtlas, velocity);
  kernels.predict(geometry, sample.grid.size, u, atlas.values, predicted, rise);
}

export const fitMatcherContrast = (kernels: RegistrationKernels, matcher: Matcher): void =>
  fitContrast(kernels, misfitOf(matcher), matcher.contrast);

/** The E-step and the mixture that follows from it. */
export const classifyMatcher = (
  kernels: RegistrationKernels,
  matcher: Matcher,
  kinds: OtherKinds,
  mixture: Mixture,
): Mixture => classify(kernels, misfitOf(matcher), matcher.sample.weights, kinds, mixture);
