/** How much of an overlap is saturated: what lies there is not seen, and the edge of it moves with light and gain. */
import { axes, type Triple } from '../axes.ts';
import { saturationOf } from './noise-model.ts';
import { overlapOf } from './segments.ts';
import type { Strip } from './stabilise.ts';

type Voxels = Pick<Strip, 'values' | 'size'>;

/** Every so many planes and rows are looked at. */
const stride = { z: 4, y: 8 };

/** Share of the voxels that are saturated in either strip. @param offset between the strips */
export function saturatedShare(a: Voxels, b: Voxels, offset: Triple): number {
  const saturation = saturationOf(a.values);
  const overlap = overlapOf(
    a.size,
    b.size,
    axes((i) => Math.round(offset[i])),
  );
  if (overlap === undefined || saturation === Number.POSITIVE_INFINITY) return 0;
  const { startA, startB, size } = overlap;
  let saturated = 0;
  let seen = 0;
  for (let z = 0; z < size[2]; z += stride.z) {
    for (let y = 0; y < size[1]; y += stride.y, seen += size[0]) {
      const atA = indexOf(a, startA, y, z);
      const atB = indexOf(b, startB, y, z);
      for (let x = 0; x < size[0]; x++)
        if (a.values[atA + x]! >= saturation || b.values[atB + x]! >= saturation) saturated++;
    }
  }
  return saturated / seen;
}

const indexOf = ({ size: [width, height] }: Voxels, start: Triple, y: number, z: number): number =>
  ((start[2] + z) * height + start[1] + y) * width + start[0];
