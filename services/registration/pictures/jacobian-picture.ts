/** By how much the map stretches the atlas, in three planes: blue shrinks, red grows, white keeps. */

import type { JacobianMap } from '../register/figures.ts';
import { middlePlanes, nearestIn, positionOf } from './planes.ts';
import { beside, blankPicture, pngOf } from './png.ts';

/** Factors beyond it look alike. */
const LARGEST = 2;
const FOLDED = [255, 255, 0] as const;
const GAP = 6;

export function jacobianPng({ grid, values }: JacobianMap): Promise<Uint8Array> {
  const pictures = middlePlanes(grid).map((plane) => {
    const picture = blankPicture(plane.width, plane.height);
    for (let y = 0; y < plane.height; y++)
      for (let x = 0; x < plane.width; x++) {
        const at = nearestIn(grid, positionOf(plane, x, y));
        picture.pixels.set(at < 0 ? [0, 0, 0] : colourOf(values[at]!), 3 * (x + y * plane.width));
      }
    return picture;
  });
  return pngOf(beside(pictures, GAP));
}

function colourOf(factor: number): readonly [number, number, number] {
  if (!(factor > 0)) return FOLDED;
  const share = Math.min(1, Math.abs(Math.log(factor)) / Math.log(LARGEST));
  const rest = Math.round(255 * (1 - share));
  return factor > 1 ? [255, rest, rest] : [rest, rest, 255];
}
