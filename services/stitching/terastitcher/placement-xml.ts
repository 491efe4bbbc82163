/** `placement.xml`: a placement as a TeraStitcher project, for those who want to go on with TeraStitcher. */
import type { Acquisition } from '../../../shared/acquisition/acquisition.ts';
import { nominalPosition, type Placement } from '../../../shared/acquisition/placement.ts';
import type { Displacement } from '../../../shared/formats/terastitcher/project.ts';
import { type WritableStack, writeTeraStitcher } from '../../../shared/formats/terastitcher/write-project.ts';
import { bytesPerVoxel } from '../../../shared/volume/scales.ts';
import { axes, type Triple } from '../axes.ts';
import type { Pair, Pairs } from '../pairs.ts';
import { stackImages, stacksFolder } from './stack-images.ts';

interface Cell {
  readonly row: number;
  readonly column: number;
}

/**
 * The text of the file: whole voxels, one stack for every cell of the grid, `\r\n` as CloudReg. Planes are those of the
 * channel that was aligned; without `pairs` those of the first one, and no displacements.
 */
export function placementXml(placement: Placement, acquisition: Acquisition, pairs?: Pairs): string {
  const { voxelSizeUm, tileSize, grid, overlap, dataType } = acquisition;
  return writeTeraStitcher({
    grid,
    planes: tileSize[2],
    stacksFolder: stacksFolder(acquisition),
    voxelSizeUm,
    mechanicalStepUm: {
      x: Math.floor(tileSize[0] * (1 - overlap.x) * voxelSizeUm[0]),
      y: Math.floor(tileSize[1] * (1 - overlap.y) * voxelSizeUm[1]),
    },
    bytesPerVoxel: bytesPerVoxel(dataType),
    stacks: stacksOf(placement, acquisition, pairs),
  });
}

function stacksOf(placement: Placement, acquisition: Acquisition, pairs: Pairs | undefined): WritableStack[] {
  const { rows, columns } = acquisition.grid;
  const numberOf = ({ row, column }: Cell): number => row * columns + column;
  const channel = pairs?.channel ?? acquisition.channels[0];
  const placed = new Map(placement.tiles.map((tile) => [numberOf(tile), tile]));
  const scanned = new Map(acquisition.tiles.map((tile) => [numberOf(tile), tile]));
  const measured = measuredAt(pairs);
  return Array.from({ length: rows * columns }, (_, number) => {
    const cell = { row: Math.floor(number / columns), column: number % columns };
    const tile = placed.get(number);
    const stack = scanned.get(number)?.stacks.find((candidate) => candidate.channel === channel);
    return {
      ...cell,
      position: tile?.position ?? unscannedPosition(placement, acquisition, cell),
      ...stackImages(stack, acquisition.tileSize[2]),
      ...measured(tile?.loc),
    };
  });
}

/** Where the stage would have been, in the volume's frame; TeraStitcher's positions are never negative. */
function unscannedPosition({ volumeOriginVoxel }: Placement, acquisition: Acquisition, cell: Cell): Triple {
  const nominal = nominalPosition(acquisition, cell);
  return axes((axis) => Math.max(0, nominal[axis] - volumeOriginVoxel[axis]));
}

type Measured = Pick<WritableStack, 'east' | 'south' | 'isStitchable'>;

/** Displacements from a tile to those right of and below it; stitchable is what has a used pair on any side. */
function measuredAt(pairs: Pairs | undefined): (loc: number | undefined) => Measured {
  const { pairs: all = [], search = [0, 0, 0] } = pairs ?? {};
  const toNeighbour = (axis: 'x' | 'y') =>
    new Map(all.filter((pair) => pair.axis === axis).map((pair) => [pair.a, displacementOf(pair, search)]));
  const [east, south] = [toNeighbour('x'), toNeighbour('y')];
  const used = new Set(all.filter(isUsed).flatMap(({ a, b }) => [a, b]));
  return (loc = -1) => ({
    east: listed(east.get(loc)),
    south: listed(south.get(loc)),
    isStitchable: used.has(loc),
  });
}

const listed = <T>(value: T | undefined): T[] => (value === undefined ? [] : [value]);

const isUsed = ({ status, chosen }: Pair): boolean => status === 'used' && chosen !== null;

/** Of a pair that placement did not use: the stage's word, reliability 0. */
function displacementOf(pair: Pair, search: Triple): Displacement {
  const { nominal, chosen, candidates, reliability } = pair;
  const candidate = isUsed(pair) ? candidates[chosen!] : undefined;
  return axes((axis) => ({
    offset: candidate?.offset[axis] ?? nominal[axis],
    nominal: nominal[axis],
    reliability: candidate === undefined ? 0 : reliability,
    peak: Math.max(0, candidate?.rho ?? 0),
    search: search[axis],
  }));
}
