/** What mips should hold, computed the slow way: means in float64 of whole blocks, rounded once, half to even. */
import type { Vec3 } from '../../shared/geometry/box.ts';

export interface Block {
  readonly size: Vec3;
  readonly voxels: ArrayLike<number>;
}

/** The mip below after each factor; at odd borders the missing partner is a copy of the last voxel. Unrounded. */
export function meanOracle(block: Block, factors: readonly Vec3[]): Block {
  return factors.reduce(meanOnce, block);
}

function meanOnce({ size, voxels }: Block, factor: Vec3): Block {
  const smaller: Vec3 = [
    Math.ceil(size[0] / factor[0]),
    Math.ceil(size[1] / factor[1]),
    Math.ceil(size[2] / factor[2]),
  ];
  const means = new Float64Array(smaller[0] * smaller[1] * smaller[2]);
  for (let index = 0; index < means.length; index++) {
    const x = index % smaller[0];
    const y = Math.floor(index / smaller[0]) % smaller[1];
    const z = Math.floor(index / (smaller[0] * smaller[1]));
    means[index] = meanAt({ size, voxels }, [x * factor[0], y * factor[1], z * factor[2]], factor);
  }
  return { size: smaller, voxels: means };
}

function meanAt({ size, voxels }: Block, start: Vec3, [fx, fy, fz]: Vec3): number {
  let sum = 0;
  for (let k = 0; k < fz; k++)
    for (let j = 0; j < fy; j++)
      for (let i = 0; i < fx; i++) {
        const x = Math.min(start[0] + i, size[0] - 1);
        const y = Math.min(start[1] + j, size[1] - 1);
        const z = Math.min(start[2] + k, size[2] - 1);
        sum += voxels[x + size[0] * (y + size[1] * z)]!;
      }
  return sum / (fx * fy * fz);
}

export const roundedToUint16 = ({ voxels }: Block): Uint16Array => Uint16Array.from(voxels, halfToEven);

function halfToEven(value: number): number {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
