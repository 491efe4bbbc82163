/**
 * Where the voxels of one volume fall in another, along rows: the map of `map.ts` to a hundredth of a micrometre, without
 * an object for every voxel.
 */
import { invert } from '../../geometry/affine.ts';
import { type Box, boxSize, type Vec3 } from '../../geometry/box.ts';
import { LANES } from '../../kernels/oracles/registration/vector-field.ts';
import { type RegistrationMap, toSampleCentred } from '../map.ts';

/** Voxel i lies at (i + 0.5) d from the volume's corner. */
export interface VoxelFrame {
  readonly voxelSizeUm: Vec3;
  /** Of the full-resolution volume: centred positions are about its middle. */
  readonly extentUm: Vec3;
}

/** Of a row of voxels: three numbers each, in voxels of the other volume; the centre of its voxel i is i. */
export type RowFollower = (x0: number, y: number, z: number, count: number, out: Float64Array) => void;

export const followToAtlas = (map: RegistrationMap, from: VoxelFrame, to: VoxelFrame): RowFollower => {
  const u = displacementReader(map);
  const { toAtlas } = map;
  return (x0, y, z, count, out) => {
    const [px, py, pz] = centred(from, x0, y, z);
    for (let i = 0; i < count; i++) {
      const x = px + i * from.voxelSizeUm[0];
      const a = toAtlas[0][0] * x + toAtlas[0][1] * py + toAtlas[0][2] * pz + toAtlas[0][3];
      const b = toAtlas[1][0] * x + toAtlas[1][1] * py + toAtlas[1][2] * pz + toAtlas[1][3];
      const c = toAtlas[2][0] * x + toAtlas[2][1] * py + toAtlas[2][2] * pz + toAtlas[2][3];
      u.at(a, b, c);
      toIndex(to, a + u.values[0]!, b + u.values[1]!, c + u.values[2]!, out, 3 * i);
    }
  };
};

const CLOSE_ENOUGH_UM = 0.01;
const MOST_ROUNDS = 12;

/** y + u(y) = a is solved voxel by voxel, each from where its neighbour ended. */
export const followToSample = (map: RegistrationMap, from: VoxelFrame, to: VoxelFrame): RowFollower => {
  const u = displacementReader(map);
  const back = invert(map.toAtlas);
  const shift = new Float64Array(3);
  return (x0, y, z, count, out) => {
    const [ax, ay, az] = centred(from, x0, y, z);
    for (let i = 0; i < count; i++) {
      const a = ax + i * from.voxelSizeUm[0];
      if (!solveShift(u, a, ay, az, shift)) {
        const p = toSampleCentred(map, [a, ay, az]);
        toIndex(to, p[0], p[1], p[2], out, 3 * i);
        shift.fill(0);
        continue;
      }
      const [x, yy, zz] = [a + shift[0]!, ay + shift[1]!, az + shift[2]!];
      const row = (r: 0 | 1 | 2): number => back[r][0] * x + back[r][1] * yy + back[r][2] * zz + back[r][3];
      toIndex(to, row(0), row(1), row(2), out, 3 * i);
    }
  };
};

/** Newton's steps to y = a + shift; false where they do not settle. */
function solveShift(u: DisplacementReader, a: number, b: number, c: number, shift: Float64Array): boolean {
  for (let round = 0; round < MOST_ROUNDS; round++) {
    u.at(a + shift[0]!, b + shift[1]!, c + shift[2]!);
    const [rx, ry, rz] = [-shift[0]! - u.values[0]!, -shift[1]! - u.values[1]!, -shift[2]! - u.values[2]!];
    if (Math.abs(rx) + Math.abs(ry) + Math.abs(rz) < CLOSE_ENOUGH_UM) return true;
    if (!addSolution(u.slopes, rx, ry, rz, shift)) return false;
  }
  return false;
}

/** (I + Du) step = r, by Cramer's rule. */
function addSolution(d: Float64Array, rx: number, ry: number, rz: number, shift: Float64Array): boolean {
  const [a, b, c] = [1 + d[0]!, d[1]!, d[2]!];
  const [e, f, g] = [d[3]!, 1 + d[4]!, d[5]!];
  const [h, i, j] = [d[6]!, d[7]!, 1 + d[8]!];
  const [m0, m1, m2] = [f * j - g * i, g * h - e * j, e * i - f * h];
  const det = a * m0 + b * m1 + c * m2;
  if (!(det > 1e-6)) return false;
  shift[0]! += (rx * m0 + ry * (c * i - b * j) + rz * (b * g - c * f)) / det;
  shift[1]! += (rx * m1 + ry * (a * j - c * h) + rz * (c * e - a * g)) / det;
  shift[2]! += (rx * m2 + ry * (b * h - a * i) + rz * (a * f - b * e)) / det;
  return true;
}

interface DisplacementReader {
  /** Displacement at a centred position to `values`, its derivatives per um (rows) to `slopes`. */
  at(x: number, y: number, z: number): void;
  readonly values: Float64Array;
  readonly slopes: Float64Array;
}

/** Trilinear; beyond the border the nearest point counts, and across it nothing changes. */
function displacementReader({ grid, u }: RegistrationMap): DisplacementReader {
  const [nx, ny, nz] = grid.size;
  const [ox, oy, oz] = grid.originUm;
  const [sx, sy, sz] = grid.spacingUm;
  const row = nx * LANES;
  const plane = ny * row;
  const values = new Float64Array(3);
  const slopes = new Float64Array(9);
  return {
    values,
    slopes,
    at(px, py, pz) {
      const gx = (px - ox) / sx;
      const gy = (py - oy) / sy;
      const gz = (pz - oz) / sz;
      const x = gx > 0 ? (gx < nx - 1 ? gx : nx - 1) : 0;
      const y = gy > 0 ? (gy < ny - 1 ? gy : ny - 1) : 0;
      const z = gz > 0 ? (gz < nz - 1 ? gz : nz - 1) : 0;
      const i = Math.min(Math.floor(x), nx - 2);
      const j = Math.min(Math.floor(y), ny - 2);
      const k = Math.min(Math.floor(z), nz - 2);
      const [a, b, c] = [x - i, y - j, z - k];
      const at = k * plane + j * row + i * LANES;
      const [inX, inY, inZ] = [x === gx ? 1 / sx : 0, y === gy ? 1 / sy : 0, z === gz ? 1 / sz : 0];
      for (let n = 0; n < 3; n++) {
        const p = at + n;
        const [v0, v1, v2, v3] = [u[p]!, u[p + LANES]!, u[p + row]!, u[p + row + LANES]!];
        const q = p + plane;
        const [w0, w1, w2, w3] = [u[q]!, u[q + LANES]!, u[q + row]!, u[q + row + LANES]!];
        const [near0, near1] = [v0 + a * (v1 - v0), v2 + a * (v3 - v2)];
        const [far0, far1] = [w0 + a * (w1 - w0), w2 + a * (w3 - w2)];
        const near = near0 + b * (near1 - near0);
        const far = far0 + b * (far1 - far0);
        values[n] = near + c * (far - near);
        const dx0 = (1 - b) * (v1 - v0) + b * (v3 - v2);
        const dx1 = (1 - b) * (w1 - w0) + b * (w3 - w2);
        slopes[3 * n] = ((1 - c) * dx0 + c * dx1) * inX;
        slopes[3 * n + 1] = ((1 - c) * (near1 - near0) + c * (far1 - far0)) * inY;
        slopes[3 * n + 2] = (far - near) * inZ;
      }
    },
  };
}

const centred = ({ voxelSizeUm: d, extentUm: e }: VoxelFrame, x: number, y: number, z: number): Vec3 => [
  (x + 0.5) * d[0] - e[0] / 2,
  (y + 0.5) * d[1] - e[1] / 2,
  (z + 0.5) * d[2] - e[2] / 2,
];

function toIndex(
  { voxelSizeUm: d, extentUm: e }: VoxelFrame,
  x: number,
  y: number,
  z: number,
  out: Float64Array,
  at: number,
): void {
  out[at] = (x + e[0] / 2) / d[0] - 0.5;
  out[at + 1] = (y + e[1] / 2) / d[1] - 0.5;
  out[at + 2] = (z + e[2] / 2) / d[2] - 0.5;
}

/** Three numbers for every voxel of a box, x fastest. */
export function followBox(follow: RowFollower, box: Box): Float64Array {
  const [width, height, depth] = boxSize(box);
  const positions = new Float64Array(3 * width * height * depth);
  for (let z = 0; z < depth; z++)
    for (let y = 0; y < height; y++) {
      const start = 3 * width * (y + height * z);
      const row = positions.subarray(start, start + 3 * width);
      follow(box.start[0], box.start[1] + y, box.start[2] + z, width, row);
    }
  return positions;
}
