/** Reads what a block needs of each plane, some planes ahead of the one being fused. */
import { DamagedPlaneError } from '../../../shared/acquisition/acquisition-errors.ts';
import type { PlaneReader } from '../../../shared/acquisition/plane-reader.ts';
import { boxSize } from '../../../shared/geometry/box.ts';
import type { Pixels } from '../../../shared/kernels/kernels.ts';
import { readAhead } from '../../../shared/read-ahead.ts';
import { planeAt, type TileView } from './tile-view.ts';

/**
 * Planes in memory at a time: one is fused while the others arrive. Enough to hide a remote store's latency, few enough to
 * cost no memory worth naming.
 */
export const PLANES_HELD = 4;

/** The pixels of one tile at one plane: the columns and rows of `view.covers`, x fastest; valid until the next plane. */
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

/** Voxels of `area` below. */
export const readAreaVoxels = (views: readonly TileView[]): number =>
  views.reduce((sum, view) => sum + PLANES_HELD * planeVoxels(view), 0);

/**
 * Planes `start` to `end` (excluded) of the volume, in order, read straight into `area`: memory of the kernels, so that no
 * pixel is copied before it is corrected.
 */
export function readPlanes(
  planes: PlaneReader,
  views: readonly TileView[],
  start: number,
  end: number,
  area: Pixels,
): AsyncGenerator<PlanePixels> {
  const buffers = pixelRings(views, area);
  return readAhead(end - start, PLANES_HELD, (plane) => readPlane(planes, views, start + plane, buffers));
}

/** The buffer for plane z: taken again when the planes read ahead and the one being fused are past. */
type PixelRing = (z: number) => Pixels;

function planeVoxels({ covers }: TileView): number {
  const [columns, rows] = boxSize(covers);
  return columns * rows;
}

function pixelRings(views: readonly TileView[], area: Pixels): PixelRing[] {
  let used = 0;
  return views.map((view) => {
    const [begin, voxels] = [used, planeVoxels(view)];
    used += PLANES_HELD * voxels;
    return (z) => {
      const from = begin + (z % PLANES_HELD) * voxels;
      return area.subarray(from, from + voxels);
    };
  });
}

async function readPlane(
  planes: PlaneReader,
  views: readonly TileView[],
  z: number,
  buffers: readonly PixelRing[],
): Promise<PlanePixels> {
  // All of them, even where one fails: until then they write into the kernels' memory, which the next task takes over.
  const settled = await Promise.allSettled(
    views.map((view, index) => readTile(planes, view, z, buffers[index]!)),
  );
  const reads = settled.map((read) => {
    if (read.status === 'rejected') throw read.reason;
    return read.value;
  });
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
  buffer: PixelRing,
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
  const pixels = buffer(z);
  try {
    await planes.readRegion(view.stack, plane, region, pixels);
    return { view, pixels };
  } catch (error) {
    if (error instanceof DamagedPlaneError) return error;
    throw error;
  }
}
