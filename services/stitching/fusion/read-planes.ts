/** Reads what a block needs of each plane, some planes ahead of the one being fused. */
import { DamagedPlaneError } from '../../../shared/acquisition/acquisition-errors.ts';
import type { PlaneReader } from '../../../shared/acquisition/plane-reader.ts';
import type { Pixels } from '../../../shared/kernels/kernels.ts';
import { planeAt, type TileView } from './tile-view.ts';

/** Planes in flight: enough to hide a remote store's latency, few enough to cost no memory worth naming. */
const READ_AHEAD = 4;

/** The pixels of one tile at one plane: the columns and rows of `view.covers`, x fastest. */
export interface TilePixels {
  readonly view: TileView;
  readonly pixels: Pixels;
}

export interface PlanePixels {
  /** Counted in the volume. */
  readonly z: number;
  /** In ascending order of location; tiles without data at this plane are left out. */
  readonly tiles: readonly TilePixels[];
  readonly damaged: readonly DamagedPlaneError[];
}

/** Planes `start` to `end` (excluded) of the volume, in order. */
export async function* readPlanes(
  planes: PlaneReader,
  views: readonly TileView[],
  start: number,
  end: number,
  makePixels: (length: number) => Pixels,
): AsyncGenerator<PlanePixels> {
  const ahead: Promise<PlanePixels>[] = [];
  let next = start;
  try {
    for (let z = start; z < end; z++) {
      while (next < end && ahead.length < READ_AHEAD)
        ahead.push(readPlane(planes, views, next++, makePixels));
      yield await ahead.shift()!;
    }
  } finally {
    await Promise.allSettled(ahead);
  }
}

async function readPlane(
  planes: PlaneReader,
  views: readonly TileView[],
  z: number,
  makePixels: (length: number) => Pixels,
): Promise<PlanePixels> {
  const reads = await Promise.all(views.map((view) => readTile(planes, view, z, makePixels)));
  return {
    z,
    tiles: reads.filter((read) => read !== undefined && 'pixels' in read) as TilePixels[],
    damaged: reads.filter((read) => read instanceof DamagedPlaneError),
  };
}

async function readTile(
  planes: PlaneReader,
  view: TileView,
  z: number,
  makePixels: (length: number) => Pixels,
): Promise<TilePixels | DamagedPlaneError | undefined> {
  const plane = planeAt(view, z);
  if (plane === undefined) return undefined;
  const { covers, tile } = view;
  const region = {
    x0: covers.start[0] - tile.box.start[0],
    x1: covers.end[0] - tile.box.start[0],
    y0: covers.start[1] - tile.box.start[1],
    y1: covers.end[1] - tile.box.start[1],
  };
  const pixels = makePixels((region.x1 - region.x0) * (region.y1 - region.y0));
  try {
    await planes.readRegion(view.stack, plane, region, pixels);
    return { view, pixels };
  } catch (error) {
    if (error instanceof DamagedPlaneError) return error;
    throw error;
  }
}
