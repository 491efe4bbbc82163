/** Where neighbouring tiles overlap: at the stage's positions (before) and as placed (after). */
import type { Acquisition, Stack } from '../../../shared/acquisition/acquisition.ts';
import { type Placement, roundVoxel } from '../../../shared/acquisition/placement.ts';
import type { PixelRegion } from '../../../shared/formats/tiff/rows.ts';
import { type Box, boxAt, intersect, isEmpty, type Vec3 } from '../../../shared/geometry/box.ts';
import { axes } from '../axes.ts';
import { type Direction, tileGrid } from '../placement/tile-grid.ts';

export const PHASES = ['before', 'after'] as const;
export type Phase = (typeof PHASES)[number];

export interface SeamTile {
  readonly loc: number;
  readonly stack: Stack;
  readonly missing: ReadonlySet<number>;
  /** Whole voxels of the volume, as fusion rounds them. */
  readonly corner: Readonly<Record<Phase, Vec3>>;
  readonly size: Vec3;
}

export interface Seam {
  readonly a: SeamTile;
  /** Right of (x) or below (y) a. */
  readonly b: SeamTile;
  readonly axis: Direction;
}

/** Every pair of neighbours that both have the channel, by location of a, then b. */
export function seamsOf(acquisition: Acquisition, placement: Placement, channel: number): Seam[] {
  const grid = tileGrid(placement.tiles);
  const tiles = grid.tiles.map(({ loc }) => seamTile(acquisition, placement, channel, loc));
  return grid.neighbours
    .flatMap(({ a, b, axis }) => {
      const [first, second] = [tiles[a], tiles[b]];
      return first === undefined || second === undefined ? [] : [{ a: first, b: second, axis }];
    })
    .sort((s, t) => s.a.loc - t.a.loc || s.b.loc - t.b.loc);
}

function seamTile(
  acquisition: Acquisition,
  { tiles, tileSize, volumeOriginVoxel: origin }: Placement,
  channel: number,
  loc: number,
): SeamTile | undefined {
  const { stacks } = acquisition.tiles.find((tile) => tile.loc === loc) ?? { stacks: [] };
  const stack = stacks.find((candidate) => candidate.channel === channel);
  if (stack === undefined) return undefined;
  const { nominal, position } = tiles.find((tile) => tile.loc === loc)!;
  const corner = {
    before: roundVoxel(axes((i) => nominal[i] - origin[i])),
    after: roundVoxel(position),
  };
  return { loc, stack, missing: new Set(stack.missing), corner, size: tileSize };
}

/** True where both tiles lie where the stage put them: what is seen after is what was seen before. */
export const isUnmoved = ({ a, b }: Seam): boolean =>
  [a, b].every(({ corner: { before, after } }) => before.every((at, axis) => at === after[axis]));

/** In voxels of the volume; undefined where the tiles do not overlap. */
export function overlapOf({ a, b }: Seam, phase: Phase): Box | undefined {
  const overlap = intersect(boxAt(a.corner[phase], a.size), boxAt(b.corner[phase], b.size));
  return isEmpty(overlap) ? undefined : overlap;
}

/** Pixels of the tile that show this part of the volume. */
export function regionIn({ corner }: SeamTile, phase: Phase, { start, end }: Box): PixelRegion {
  const [x, y] = corner[phase];
  return { x0: start[0] - x, x1: end[0] - x, y0: start[1] - y, y1: end[1] - y };
}

/** The tile's own plane at height z of the volume; undefined where it has none. */
export function planeOf({ corner, missing, size }: SeamTile, phase: Phase, z: number): number | undefined {
  const plane = z - corner[phase][2];
  return plane < 0 || plane >= size[2] || missing.has(plane) ? undefined : plane;
}
