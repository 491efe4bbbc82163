/**
 * The factor exp(-b) at voxel centres, block by block (ILLUMINATION section 4.3). Everything is computed from a voxel's
 * place in the volume, so the blocks' borders do not show: the same voxel gets the same bits in every block.
 */
import { type Buffers, type FieldPlane, type Kernels, loadKernels } from '../kernels/kernels.ts';
import { type IlluminationField, mostLogFactor } from './field.ts';
import type { Three } from './volume.ts';

/** Where a block lies: the size of its volume's voxels, and which of them it has. */
export interface BlockPlace {
  readonly voxelSizeUm: Three;
  /** First voxel and number of voxels; the centre of voxel i is (i + 0.5) voxelSizeUm from the volume's corner. */
  readonly origin: Three;
  readonly size: Three;
}

/** What `fieldOverBlock` needs in kernel memory for blocks of at most this size, to be spread into a call of `layout`. */
export function fieldBuffers({ lattice }: IlluminationField, [columns, rows]: readonly [number, number]) {
  const [x = 0, y = 0] = lattice.shape;
  return {
    fieldStarts: { type: 'int32', length: x - 2 },
    fieldT: { type: 'float32', length: columns },
    fieldFirstY: { type: 'int32', length: rows },
    fieldWeightsY: { type: 'float32', length: 4 * rows },
    fieldCubics: { type: 'float32', length: 4 * (x - 3) * y },
  } as const;
}

export type FieldBuffers = Buffers<ReturnType<typeof fieldBuffers>>;

/**
 * Prepares a block; the function that is returned multiplies a plane of its voxels, number z of the block (x fastest, in
 * the same kernels' memory), by the field's factor. The block's buffers hold until the next call with them.
 */
export function fieldOverBlock(
  field: IlluminationField,
  block: BlockPlace,
  kernels: Kernels,
  buffers: FieldBuffers,
): (plane: Float32Array, z: number) => void {
  const [columns, rows] = block.size;
  const [alongX, alongY, alongZ] = [0, 1, 2].map((axis) => placesAlong(field, block, axis)) as ThreePlaces;
  const plane: FieldPlane = {
    starts: spanStarts(alongX.first, buffers.fieldStarts),
    t: buffers.fieldT.subarray(0, columns),
    firstY: buffers.fieldFirstY.subarray(0, rows),
    weightsY: buffers.fieldWeightsY.subarray(0, 4 * rows),
    cubics: buffers.fieldCubics,
  };
  plane.t.set(alongX.t);
  plane.firstY.set(alongY.first);
  for (let y = 0; y < rows; y++) plane.weightsY.set(weightsAt(alongY.t[y]!), 4 * y);
  const cubics = cubicsAlongX(field);
  return (values, z) => {
    contractZ(cubics, alongZ.first[z]!, weightsAt(alongZ.t[z]!), plane.cubics);
    kernels.scaleByField(values, rows, plane, mostLogFactor);
  };
}

/** The factors themselves, for a block that fits in memory; x fastest. */
export function fieldBlock(field: IlluminationField, block: BlockPlace): Float32Array {
  const [columns, rows, depth] = block.size;
  const kernels = loadKernels();
  const buffers = kernels.layout({
    plane: { type: 'float32', length: columns * rows },
    ...fieldBuffers(field, [columns, rows]),
  });
  const scale = fieldOverBlock(field, block, kernels, buffers);
  const factors = new Float32Array(columns * rows * depth);
  for (let z = 0; z < depth; z++) {
    buffers.plane.fill(1);
    scale(buffers.plane, z);
    factors.set(buffers.plane, z * columns * rows);
  }
  return factors;
}

/** Where voxels lie on the spline: how many spans are before, and how far they are into theirs. */
interface Places {
  readonly first: Int32Array;
  readonly t: Float64Array;
}

type ThreePlaces = [Places, Places, Places];

function placesAlong(
  { lattice, firstUm, lastUm }: IlluminationField,
  block: BlockPlace,
  axis: number,
): Places {
  const count = block.size[axis]!;
  const spans = lattice.shape[axis]! - 3;
  const [begin, end] = [firstUm[axis]!, lastUm[axis]!];
  const first = new Int32Array(count);
  const t = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const centreUm = (block.origin[axis]! + i + 0.5) * block.voxelSizeUm[axis]!;
    const share = end > begin ? Math.min(1, Math.max(0, (centreUm - begin) / (end - begin))) : 0;
    first[i] = Math.min(spans - 1, Math.floor(share * spans));
    t[i] = share * spans - first[i]!;
  }
  return { first, t };
}

function spanStarts(first: Int32Array, out: Int32Array): Int32Array {
  for (let span = 0, i = 0; span < out.length; span++) {
    while (i < first.length && first[i]! < span) i++;
    out[span] = i;
  }
  return out;
}

/** What the four control points of a span weigh at t of it. */
const weightsAt = (t: number): readonly [number, number, number, number] => [
  (1 - t) ** 3 / 6,
  (4 - 6 * t * t + 3 * t * t * t) / 6,
  (4 - 6 * (1 - t) ** 2 + 3 * (1 - t) ** 3) / 6,
  t ** 3 / 6,
];

/** For each line of control points along x, the cubic of each span: its four coefficients in powers of t. */
function cubicsAlongX({ lattice: { data, shape } }: IlluminationField): Float64Array {
  const [points = 0, rows = 0, planes = 0] = shape;
  const spans = points - 3;
  const cubics = new Float64Array(4 * spans * rows * planes);
  for (let line = 0; line < rows * planes; line++) {
    for (let span = 0; span < spans; span++) {
      const [a, b, c, d] = data.subarray(line * points + span) as unknown as [number, number, number, number];
      cubics.set(
        [(a + 4 * b + c) / 6, (c - a) / 2, (a - 2 * b + c) / 2, (d - a + 3 * (b - c)) / 6],
        4 * (line * spans + span),
      );
    }
  }
  return cubics;
}

function contractZ(cubics: Float64Array, first: number, weights: readonly number[], out: Float32Array): void {
  const plane = out.length;
  for (let i = 0; i < plane; i++) {
    let sum = 0;
    for (let tap = 0; tap < 4; tap++) sum += weights[tap]! * cubics[(first + tap) * plane + i]!;
    out[i] = sum;
  }
}
