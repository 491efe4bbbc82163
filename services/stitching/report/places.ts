/** Where findings lie: tiles by row and column, voxels and micrometres of the volume. */
import type { Acquisition } from '../../../shared/acquisition/acquisition.ts';
import { nominalPosition, type Placement, roundVoxel } from '../../../shared/acquisition/placement.ts';
import { tileName, type Where } from '../../../shared/acquisition/quality-report.ts';
import { type Box, boxAt, intersect, isEmpty, type Vec3 } from '../../../shared/geometry/box.ts';
import { axes, type Triple } from '../axes.ts';
import type { Finding } from './finding.ts';
import { andOthers } from './words.ts';

export interface TilePlace {
  readonly loc: number;
  readonly row: number;
  readonly column: number;
  /** Whole voxels of the volume; of a tile that is absent, where it would lie by the stage. */
  readonly box: Box;
}

export type Places = (loc: number) => TilePlace;

export function tilePlaces(
  acquisition: Pick<Acquisition, 'grid' | 'nominalStep' | 'tileSize'>,
  { tiles, tileSize, volumeOriginVoxel: origin }: Placement,
): Places {
  const placed = new Map(
    tiles.map(({ loc, row, column, position }) => [
      loc,
      {
        loc,
        row,
        column,
        box: boxAt(roundVoxel(position), tileSize),
      },
    ]),
  );
  return (loc) => placed.get(loc) ?? absentTile(loc);

  function absentTile(loc: number): TilePlace {
    const { columns } = acquisition.grid;
    const [row, column] = [Math.floor(loc / columns), loc % columns];
    const nominal = nominalPosition(acquisition, { row, column });
    return {
      loc,
      row,
      column,
      box: boxAt(roundVoxel(axes((i) => nominal[i] - origin[i])), tileSize),
    };
  }
}

/** `height`: plane of the volume at which a pair's overlap shows most. */
export function whereOf(
  { tiles, plane }: Finding,
  places: Places,
  voxelSizeUm: Vec3,
  height?: number,
): Where {
  const found = tiles.map(places);
  const [first, second] = found;
  const voxel =
    tiles.length === 2 ? pairCentre(first!.box, second!.box, height) : tileCentre(first!.box, plane);
  return {
    loc: first!.loc,
    tiles: found.map(({ loc, row, column }) => ({ loc, row, column })),
    voxel: [...voxel],
    // The centre of voxel i is (i + 0.5) voxel sizes from the volume's corner.
    um: axes((i) => Math.round((voxel[i] + 0.5) * voxelSizeUm[i] * 10) / 10) as [number, number, number],
  };
}

const centre = ({ start, end }: Box): Triple => axes((i) => Math.floor((start[i] + end[i]) / 2));

function tileCentre(box: Box, plane: number | undefined): Triple {
  const [x, y, z] = centre(box);
  return [x, y, plane === undefined ? z : box.start[2] + plane];
}

/** Of the overlap; between the tiles where they have none. */
function pairCentre(a: Box, b: Box, height: number | undefined): Triple {
  const overlap = intersect(a, b);
  const [from, to] = [centre(a), centre(b)];
  const [x, y, z] = isEmpty(overlap) ? axes((i) => Math.round((from[i] + to[i]) / 2)) : centre(overlap);
  return [x, y, height ?? z];
}

/** `LOC003 (row 0, column 3) and LOC004 (row 0, column 4), voxel 512, 80, 20 (299.8, 47.1, 102.5 µm)`. */
export function whereText({ tiles, voxel, um }: Where): string {
  const named = tiles
    .slice(0, MOST_NAMED)
    .map(({ loc, row, column }) => `${tileName(loc)} (row ${row}, column ${column})`);
  return `${named.join(', ')}${andOthers(tiles.length - MOST_NAMED)}; voxel ${voxel.join(', ')} (${um.map((at) => at.toFixed(1)).join(', ')} µm)`;
}

const MOST_NAMED = 4;
