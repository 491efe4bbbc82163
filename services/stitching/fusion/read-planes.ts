/** Reads what a block needs of each plane, some planes ahead of the one being fused. */
import { DamagedPlaneError } from '../../../shared/acquisition/acquisition-errors.ts';
import type { PlaneReader } from '../../../shared/acquisition/plane-reader.ts';
import { boxSize } from '../../../shared/geometry/box.ts';
import type { Pixels } from '../../../shared/kernels/kernels.ts';
import { planeAt, type TileView } from './tile-view.ts';

/** Planes in flight: enough to hide a remote store's latency, few enough to cost no memory worth naming. */
const READ_AHEAD = 4;

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

/** Planes `start` to `end` (excluded) of the volume, in order. */
export async function* readPlanes(
  planes: PlaneReader,
  views: readonly TileView[],
  start: number,
  end: number,
  makePixels: (length: number) => Pixels,
): AsyncGenerator<PlanePixels> {
  const ahead: Promise<PlanePixels>[] = [];
  const buffers = views.map((view) => pixelRing(view, makePixels));
  let next = start;
  try {
    for (let z = start; z < end; z++) {
      while (next < end && ahead.length < READ_AHEAD) {
        const reading = readPlane(planes, views, next++, buffers);
        // A failure is met when its turn comes; until then it is not unhandled.
        reading.catch(() => {});
        ahead.push(reading);
      }
      yield await ahead.shift()!;
    }
  } finally {
    await Promise.allSettled(ahead);
  }
}

/** The buffer for plane z: taken again when the planes read ahead and the one being fused are past. */
type PixelRing = (z: number) => Pixels;

function pixelRing({ covers }: TileView, makePixels: (length: number) => Pixels): PixelRing {
  const [columns, rows] = boxSize(covers);
  const ring: Pixels[] = [];
  return (z) => (ring[z % (READ_AHEAD + 1)] ??= makePixels(columns * rows));
}

async function readPlane(
  planes: PlaneReader,
  views: readonly TileView[],
  z: number,
  buffers: readonly PixelRing[],
): Promise<PlanePixels> {
  const reads = await Promise.all(views.map((view, index) => readTile(planes, view, z, buffers[index]!)));
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
