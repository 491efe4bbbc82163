/** Where the input's voxels lie in an animal, for the volume that they become. */
import type { Vec3 } from '../../../shared/geometry/box.ts';
import type { Reorientation } from '../../../shared/geometry/orientation.ts';

type Rows = readonly (readonly number[])[];

/** Cosine between two axes: beyond what rounding in a header makes. */
const LEAST_SHEAR = 1e-3;

/** `affineUm`: three rows of four; true where the columns of voxel steps are not at right angles. */
export function isSheared(affineUm: Rows): boolean {
  const steps = [0, 1, 2].map((axis) => affineUm.map((row) => row[axis]!));
  const cosine = (a: readonly number[], b: readonly number[]): number =>
    dot(a, b) / (Math.hypot(...a) * Math.hypot(...b));
  return [
    [0, 1],
    [0, 2],
    [1, 2],
  ].some(([a, b]) => Math.abs(cosine(steps[a!]!, steps[b!]!)) > LEAST_SHEAR);
}

const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, i) => sum + value * b[i]!, 0);

interface InputFrame {
  /** Voxel index to position; index 0 is the centre of the first voxel. */
  readonly affineUm: Rows;
  /** Of the input, in its own axes. */
  readonly sizeVoxels: Vec3;
  readonly voxelSizeUm: Vec3;
  readonly turn: Reorientation;
}

/**
 * Four rows of four, as Neuroglancer and neuroglancer-scripts want a `transform.json`: from the volume's own nanometres,
 * where the centre of voxel 0 lies at half a voxel, to nanometres in the animal (SEGMENTATION-AND-MESH section 3).
 */
export function neuroglancerTransform({ affineUm, sizeVoxels, voxelSizeUm, turn }: InputFrame): number[][] {
  const { order, flip } = turn;
  const rows = affineUm.map((row) => {
    const steps = ([0, 1, 2] as const).map((i) => flip[i] * row[order[i]]!);
    const origin = ([0, 1, 2] as const).reduce(
      (at, i) => at + (flip[i] < 0 ? row[order[i]]! * (sizeVoxels[order[i]] - 1) : 0),
      row[3]!,
    );
    const corner = steps.reduce((at, step) => at - step / 2, origin);
    // Plus 0: no zero is negative.
    return [...steps.map((step, i) => step / voxelSizeUm[order[i as 0 | 1 | 2]] + 0), corner * 1000];
  });
  return [...rows, [0, 0, 0, 1]];
}
