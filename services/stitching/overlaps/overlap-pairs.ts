/** Which neighbours are compared, and which part of each tile that takes. */
import type { Acquisition, Stack, Tile } from '../../../shared/acquisition/acquisition.ts';
import { nominalPosition } from '../../../shared/acquisition/placement.ts';
import type { PixelRegion } from '../../../shared/formats/tiff/rows.ts';
import { axes, type Triple } from '../axes.ts';

/** Two neighbours in the grid, both scanned. */
export interface Neighbours {
  /** LOC numbers; b lies right of a (x) or below it (y). */
  readonly a: number;
  readonly b: number;
  readonly axis: 'x' | 'y';
  /** position(b) - position(a) as the stage says, voxels. */
  readonly nominal: Triple;
}

export interface OverlapPair extends Neighbours {
  /** Columns (x) or rows (y) at the border of each tile that can lie in the overlap: the stage's, and a margin. */
  readonly stripVoxels: number;
}

export interface UnmeasuredPair extends Neighbours {
  readonly reason: 'no-planes' | 'thin-overlap';
}

/** Thinner overlaps hold nothing to compare. */
const LEAST_OVERLAP = 6;

/** By ascending LOC of a, the one to the right before the one below. */
export function overlapPairs(
  acquisition: Acquisition,
  channel: number,
  margin: Triple,
): { readonly pairs: OverlapPair[]; readonly unmeasured: UnmeasuredPair[] } {
  const pairs: OverlapPair[] = [];
  const unmeasured: UnmeasuredPair[] = [];
  for (const [tileA, tileB, axis] of neighbouringTiles(acquisition.tiles)) {
    const along = axis === 'x' ? 0 : 1;
    const from = nominalPosition(acquisition, tileA);
    const to = nominalPosition(acquisition, tileB);
    const neighbours = { a: tileA.loc, b: tileB.loc, axis, nominal: axes((i) => to[i] - from[i]) };
    const extent = acquisition.tileSize[along];
    const overlap = extent - neighbours.nominal[along];
    if ([tileA, tileB].some((tile) => !hasPlanes(acquisition, tile, channel)))
      unmeasured.push({ ...neighbours, reason: 'no-planes' });
    else if (overlap < LEAST_OVERLAP) unmeasured.push({ ...neighbours, reason: 'thin-overlap' });
    else pairs.push({ ...neighbours, stripVoxels: Math.min(extent, overlap + margin[along]) });
  }
  return { pairs, unmeasured };
}

function neighbouringTiles(tiles: readonly Tile[]): (readonly [Tile, Tile, 'x' | 'y'])[] {
  const byCell = new Map(tiles.map((tile) => [`${tile.row},${tile.column}`, tile]));
  return tiles.flatMap((tile) => {
    const right = byCell.get(`${tile.row},${tile.column + 1}`);
    const below = byCell.get(`${tile.row + 1},${tile.column}`);
    return [
      ...(right === undefined ? [] : [[tile, right, 'x'] as const]),
      ...(below === undefined ? [] : [[tile, below, 'y'] as const]),
    ];
  });
}

export const stackOf = (tile: Tile, channel: number): Stack | undefined =>
  tile.stacks.find((stack) => stack.channel === channel);

function hasPlanes({ tileSize: [, , planes] }: Acquisition, tile: Tile, channel: number): boolean {
  const stack = stackOf(tile, channel);
  return stack !== undefined && stack.missing.length < planes;
}

/** The strip of tile a is its right or lower border, that of b its left or upper one; the other axis is whole. */
export function stripRegion(
  { axis, stripVoxels }: OverlapPair,
  side: 'a' | 'b',
  [width, height]: readonly number[],
): PixelRegion {
  const whole = { x0: 0, x1: width!, y0: 0, y1: height! };
  if (axis === 'x')
    return side === 'a' ? { ...whole, x0: width! - stripVoxels } : { ...whole, x1: stripVoxels };
  return side === 'a' ? { ...whole, y0: height! - stripVoxels } : { ...whole, y1: stripVoxels };
}

/** Pixels of the strip in one plane. */
export const stripArea = ({ axis, stripVoxels }: OverlapPair, [width, height]: readonly number[]): number =>
  stripVoxels * (axis === 'x' ? height! : width!);
