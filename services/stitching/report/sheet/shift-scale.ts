/** How shifts are drawn: an exaggeration that fits the tiles, and colours for the shift along z. */
import { quantile } from '../../../../shared/numerics/statistics.ts';
import type { TileShift } from './tile-shifts.ts';

export interface ShiftScale {
  /** Length of an arrow over the shift it stands for; 0 where no tile is shifted in x or y. */
  readonly exaggeration: number;
  /** Longer arrows are cut to this, pixels: a tile far from its place must not hide how the others lie. */
  readonly mostPixels: number;
  readonly isCut: boolean;
  /** Largest shift along z, planes. */
  readonly mostZ: number;
}

/** Below this, in voxels, a shift is rounding. */
const LEAST_SHIFT = 0.05;
/** Nine in ten arrows cross no more of their tile than this, and none more than that. */
const TILE_SHARE = 0.45;
const MOST_SHARE = 0.9;

/** `pixelsPerVoxel`: of the picture, along x and y; `tilePixels`: a tile's shorter side. */
export function shiftScale(
  shifts: readonly TileShift[],
  [perX, perY]: readonly [number, number],
  tilePixels: number,
): ShiftScale {
  const lengths = shifts
    .filter(({ shift: [x, y] }) => Math.hypot(x, y) >= LEAST_SHIFT)
    .map(({ shift: [x, y] }) => Math.hypot(x * perX, y * perY));
  const wanted = (TILE_SHARE * tilePixels) / quantile(lengths, 0.9);
  const exaggeration = lengths.length === 0 ? 0 : Math.max(1, roundDown(wanted));
  const mostPixels = MOST_SHARE * tilePixels;
  const mostZ = Math.max(0, ...shifts.map(({ shift }) => Math.abs(shift[2])));
  return {
    exaggeration,
    mostPixels,
    isCut: lengths.some((length) => length * exaggeration > mostPixels),
    mostZ: mostZ < LEAST_SHIFT ? 0 : mostZ,
  };
}

/** The largest of 1, 2, 5, 10, 20, 50, ... (and 0.1, 0.2, 0.5, ...) that is not above the value. */
export function roundDown(value: number): number {
  const decade = 10 ** Math.floor(Math.log10(value));
  return [5, 2, 1].map((step) => step * decade).find((step) => step <= value * 1.000001) ?? decade;
}

const BELOW = [84, 160, 255] as const;
const LEVEL = [240, 240, 240] as const;
const ABOVE = [255, 138, 60] as const;

/** `share`: of the largest shift along z, -1 to 1. */
export function shiftColour(share: number): string {
  const end = share < 0 ? BELOW : ABOVE;
  const mixed = LEVEL.map((level, i) => Math.round(level + Math.min(1, Math.abs(share)) * (end[i]! - level)));
  return `rgb(${mixed.join()})`;
}
