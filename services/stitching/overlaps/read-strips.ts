/** Reads the borders of a tile that its neighbours may overlap, in one layer of planes. */
import type { Acquisition, Stack } from '../../../shared/acquisition/acquisition.ts';
import { DamagedPlaneError } from '../../../shared/acquisition/acquisition-errors.ts';
import type { PlaneReader } from '../../../shared/acquisition/plane-reader.ts';
import type { PixelRegion } from '../../../shared/formats/tiff/rows.ts';
import { inParallel } from '../../../shared/in-parallel.ts';
import type { Pixels } from '../../../shared/kernels/kernels.ts';
import { makePixels } from '../../../shared/volume/pixels.ts';
import type { TileStrip } from '../alignment/align-pair.ts';
import type { PlaneLayer } from './plane-layers.ts';

/** Planes on their way: hides a remote store's latency. */
export const PLANES_IN_FLIGHT = 4;

export interface ReadStrip extends TileStrip {
  /** Counted from the layer's first, ascending. */
  readonly missingPlanes: readonly number[];
}

export interface DamagedPlane {
  readonly plane: number;
  readonly error: DamagedPlaneError;
}

export interface ReadStrips {
  /** One for each region. */
  readonly strips: readonly ReadStrip[];
  /** By ascending plane. */
  readonly damaged: readonly DamagedPlane[];
}

/** Planes that are missing or damaged are 0 and listed. */
export async function readStrips(
  reader: PlaneReader,
  acquisition: Pick<Acquisition, 'tileSize' | 'dataType'>,
  stack: Stack,
  regions: readonly PixelRegion[],
  { z0, z1 }: PlaneLayer,
): Promise<ReadStrips> {
  const strips = regions.map((region) => makePixels(acquisition.dataType, areaOf(region) * (z1 - z0)));
  const readPlane = stack.compressed
    ? wholePlaneReader(reader, acquisition, stack)
    : stripReader(reader, stack);
  const planes = Array.from({ length: z1 - z0 }, (_, plane) => plane);
  const states = await inParallel(planes, PLANES_IN_FLIGHT, (plane) => {
    const targets = regions.map((region, index) => ({
      region,
      into: planeOf(strips[index]!, areaOf(region), plane),
    }));
    return readPlane(z0 + plane, targets).catch(damageOf);
  });
  const missingPlanes = planes.filter((plane) => states[plane] !== 'ok');
  return {
    strips: regions.map((region, index) => ({
      values: strips[index]!,
      size: [region.x1 - region.x0, region.y1 - region.y0, z1 - z0],
      origin: [region.x0, region.y0, z0],
      missingPlanes,
    })),
    damaged: states.flatMap((state, plane) =>
      state instanceof DamagedPlaneError ? [{ plane: z0 + plane, error: state }] : [],
    ),
  };
}

const areaOf = ({ x0, x1, y0, y1 }: PixelRegion): number => (x1 - x0) * (y1 - y0);

const planeOf = (strip: Pixels, area: number, plane: number): Pixels =>
  strip.subarray(plane * area, (plane + 1) * area);

function damageOf(error: unknown): DamagedPlaneError {
  if (error instanceof DamagedPlaneError) return error;
  throw error;
}

interface Target {
  readonly region: PixelRegion;
  readonly into: Pixels;
}

type ReadPlane = (plane: number, targets: readonly Target[]) => Promise<'ok' | 'missing'>;

const stripReader =
  (reader: PlaneReader, stack: Stack): ReadPlane =>
  async (plane, targets) => {
    let state: 'ok' | 'missing' = 'missing';
    for (const { region, into } of targets) state = await reader.readRegion(stack, plane, region, into);
    return state;
  };

/** Decodes each plane once and cuts all strips from it. */
function wholePlaneReader(
  reader: PlaneReader,
  { tileSize: [width, height], dataType }: Pick<Acquisition, 'tileSize' | 'dataType'>,
  stack: Stack,
): ReadPlane {
  const idle: Pixels[] = [];
  return async (plane, targets) => {
    const pixels = idle.pop() ?? makePixels(dataType, width * height);
    try {
      const state = await reader.readRegion(stack, plane, { x0: 0, x1: width, y0: 0, y1: height }, pixels);
      if (state === 'ok') for (const { region, into } of targets) cut(pixels, width, region, into);
      return state;
    } finally {
      idle.push(pixels);
    }
  };
}

function cut(plane: Pixels, width: number, { x0, x1, y0, y1 }: PixelRegion, into: Pixels): void {
  for (let y = y0; y < y1; y++)
    into.set(plane.subarray(y * width + x0, y * width + x1), (y - y0) * (x1 - x0));
}
