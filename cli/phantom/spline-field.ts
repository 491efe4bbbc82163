/**
 * A function of space given by numbers at the nodes of a coarse lattice and cubic B-splines between them: smooth,
 * the same wherever it is evaluated, and cheap for a tile at any fraction of a voxel.
 */

export interface Placed {
  /** Of the first voxel's centre. */
  readonly position: readonly [x: number, y: number, z: number];
  readonly size: readonly [x: number, y: number, z: number];
}

export interface SplineField {
  /** Values at plane `z` of the tile, x fastest. The array is reused by the next call. */
  plane(z: number): Float32Array;
}

type Node = (i: number, j: number, k: number) => number;

/** `spacing`: voxels between nodes; `node` is asked for lattice points, whose voxel is their index times `spacing`. */
export function splineField(
  tile: Placed,
  spacing: readonly [number, number, number],
  node: Node,
): SplineField {
  const [x, y, z] = [0, 1, 2].map((axis) =>
    axisWeights(tile.position[axis]!, tile.size[axis]!, spacing[axis]!),
  ) as [AxisWeights, AxisWeights, AxisWeights];
  const nodes = nodesOf(x, y, z, node);
  const slice = new Float32Array(x.count * y.count);
  const row = new Float32Array(x.count);
  const plane = new Float32Array(tile.size[0] * tile.size[1]);
  return {
    plane(at) {
      combine(nodes, slice.length, z.first[at]!, z.weights, at, slice);
      for (let line = 0; line < tile.size[1]; line++) {
        combine(slice, x.count, y.first[line]!, y.weights, line, row);
        interpolateRow(row, x, plane, line * tile.size[0]);
      }
      return plane;
    },
  };
}

interface AxisWeights {
  readonly firstNode: number;
  readonly count: number;
  /** Per voxel: the first of its four nodes, counted from `firstNode`, and their weights. */
  readonly first: Int32Array;
  readonly weights: Float32Array;
}

function axisWeights(position: number, size: number, spacing: number): AxisWeights {
  const firstNode = Math.floor(position / spacing) - 1;
  const first = new Int32Array(size);
  const weights = new Float32Array(size * 4);
  for (let voxel = 0; voxel < size; voxel++) {
    const at = (position + voxel) / spacing;
    const t = at - Math.floor(at);
    first[voxel] = Math.floor(at) - 1 - firstNode;
    const s = 1 - t;
    weights.set(
      [s ** 3 / 6, (3 * t ** 3 - 6 * t ** 2 + 4) / 6, (3 * s ** 3 - 6 * s ** 2 + 4) / 6, t ** 3 / 6],
      voxel * 4,
    );
  }
  return { firstNode, count: first[size - 1]! + 4, first, weights };
}

function nodesOf(x: AxisWeights, y: AxisWeights, z: AxisWeights, node: Node): Float32Array {
  const nodes = new Float32Array(x.count * y.count * z.count);
  let at = 0;
  for (let k = 0; k < z.count; k++)
    for (let j = 0; j < y.count; j++)
      for (let i = 0; i < x.count; i++) nodes[at++] = node(x.firstNode + i, y.firstNode + j, z.firstNode + k);
  return nodes;
}

/** The weighted sum of four consecutive slices (or rows) of `length` numbers. */
function combine(
  source: Float32Array,
  length: number,
  first: number,
  weights: Float32Array,
  voxel: number,
  into: Float32Array,
): void {
  const [a, b, c, d] = [0, 1, 2, 3].map((tap) => weights[voxel * 4 + tap]!) as [
    number,
    number,
    number,
    number,
  ];
  const start = first * length;
  for (let i = 0; i < length; i++) {
    const at = start + i;
    into[i] =
      a * source[at]! +
      b * source[at + length]! +
      c * source[at + 2 * length]! +
      d * source[at + 3 * length]!;
  }
}

function interpolateRow(
  row: Float32Array,
  { first, weights }: AxisWeights,
  plane: Float32Array,
  start: number,
) {
  for (let x = 0; x < first.length; x++) {
    const node = first[x]!;
    const at = x * 4;
    plane[start + x] =
      weights[at]! * row[node]! +
      weights[at + 1]! * row[node + 1]! +
      weights[at + 2]! * row[node + 2]! +
      weights[at + 3]! * row[node + 3]!;
  }
}
