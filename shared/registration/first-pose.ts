/** The first affine map with what speaks for and against it: runner-up, mirror image, a person's own values. */
import { type Affine, apply } from '../geometry/affine.ts';
import type { Vec3 } from '../geometry/box.ts';
import type { Orientation } from '../geometry/orientation.ts';
import type { Grid } from './grid.ts';
import { type InitialMap, residualOfMap, searchInitial } from './initial-search.ts';
import type { RegistrationKernels } from './kernels.ts';
import type { WeightedImage } from './levels.ts';

export interface PoseImages {
  readonly kernels: RegistrationKernels;
  /** Coarse levels, prepared. */
  readonly sample: WeightedImage;
  readonly atlas: WeightedImage;
  readonly velocity: Grid;
}

export interface Orientations {
  readonly sample: Orientation;
  readonly atlas: Orientation;
}

export interface FirstPose extends InitialMap {
  /** The best pose that is another one; undefined where all that were refined end in the same. */
  readonly runnerUp: InitialMap | undefined;
}

/** Poses whose atlas lies further apart than this, on average over the sample's corners, are not the same. */
const OTHER_POSE_UM = 500;

export function searchPose(images: PoseImages, orientations: Orientations): FirstPose {
  const { kernels, sample, atlas, velocity } = images;
  const mark = kernels.mark();
  const [best, ...others] = searchInitial(kernels, sample, atlas, velocity, orientations);
  kernels.release(mark);
  const runnerUp = others.find(
    ({ toAtlas }) => meanDistance(toAtlas, best!.toAtlas, sample.grid) > OTHER_POSE_UM,
  );
  return { ...best!, runnerUp };
}

/** Of a map as it is: 1 where the atlas says nothing about the sample. */
export function residualOf({ kernels, sample, atlas, velocity }: PoseImages, toAtlas: Affine): number {
  const mark = kernels.mark();
  const residual = residualOfMap(kernels, sample, atlas, velocity, toAtlas);
  kernels.release(mark);
  return residual;
}

/** Share of the sample's recorded voxels that fall into the atlas's box. */
export function overlapOf({ sample, atlas }: PoseImages, toAtlas: Affine): number {
  const { size, spacingUm, originUm } = sample.grid;
  let [inside, recorded, at] = [0, 0, 0];
  for (let z = 0; z < size[2]; z++)
    for (let y = 0; y < size[1]; y++)
      for (let x = 0; x < size[0]; x++, at++) {
        if (!(sample.weights[at]! > 0)) continue;
        recorded += 1;
        const index: Vec3 = [x, y, z];
        const um = (axis: 0 | 1 | 2): number => originUm[axis] + index[axis] * spacingUm[axis];
        if (isInBox(atlas.grid, apply(toAtlas, [um(0), um(1), um(2)]))) inside += 1;
      }
  return inside / recorded;
}

const isInBox = ({ size, spacingUm, originUm }: Grid, point: Vec3): boolean =>
  point.every((value, axis) => {
    const index = (value - originUm[axis]!) / spacingUm[axis]!;
    return index >= -0.5 && index <= size[axis]! - 0.5;
  });

const MIRRORED = { R: 'L', L: 'R', A: 'A', P: 'P', S: 'S', I: 'I' } as const;

/** The same axes with left and right exchanged. */
export const mirrored = ([x, y, z]: Orientation): Orientation => [MIRRORED[x], MIRRORED[y], MIRRORED[z]];

function meanDistance(a: Affine, b: Affine, { size, spacingUm, originUm }: Grid): number {
  let sum = 0;
  for (let corner = 0; corner < 8; corner++) {
    const at = (axis: 0 | 1 | 2): number =>
      originUm[axis] + ((corner >> axis) & 1) * (size[axis] - 1) * spacingUm[axis];
    const point: Vec3 = [at(0), at(1), at(2)];
    const [p, q] = [apply(a, point), apply(b, point)];
    sum += Math.hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]);
  }
  return sum / 8;
}
