/** One plane of a block out of its tiles: corrected, and blended where several cover it. */
import type { Correction } from '../../../shared/acquisition/correction.ts';
import { type Box, boxSize } from '../../../shared/geometry/box.ts';
import type { Buffers, FlatPlane, Kernels, PixelType } from '../../../shared/kernels/kernels.ts';
import type { BlendMode } from './blend-mode.ts';
import { type Region, regionsOf } from './coverage.ts';
import type { Ramps } from './ramps.ts';
import { type PlanePixels, readAreaVoxels, type TilePixels } from './read-planes.ts';
import type { TileView } from './tile-view.ts';

export interface PlaneBlending {
  readonly kernels: Kernels;
  readonly dataType: PixelType;
  /** In voxels of the volume. */
  readonly block: Box;
  readonly views: readonly TileView[];
  readonly correction: Correction;
  readonly blendMode: BlendMode;
}

/** What it needs in kernel memory, to be spread into the task's one call of `layout`. */
export function blendBuffers({ block, views, dataType, correction }: PlaneBlending) {
  const [width, height] = boxSize(block);
  const covered = views.map(({ covers }) => boxSize(covers));
  const largest = Math.max(0, ...covered.map(([x, y]) => x * y));
  const { flatField } = correction;
  return {
    fused: { type: 'float32', length: width * height },
    raw: { type: dataType, length: readAreaVoxels(views) },
    corrected: { type: 'float32', length: largest },
    mean: { type: 'float32', length: largest },
    weight: { type: 'float32', length: largest },
    flat: { type: 'float32', length: flatField?.factor.length ?? 0 },
    rampX: { type: 'float32', length: Math.max(0, ...covered.map(([x]) => x)) },
    rampY: { type: 'float32', length: Math.max(0, ...covered.map(([, y]) => y)) },
  } as const;
}

type BlendBuffers = Buffers<ReturnType<typeof blendBuffers>>;

/** Fills `buffers.fused` with a plane, unrounded; 0 where no tile has data. */
export function planeBlender(blending: PlaneBlending, buffers: BlendBuffers): (plane: PlanePixels) => void {
  const { block, blendMode, correction } = blending;
  if (correction.flatField !== undefined) buffers.flat.set(correction.flatField.factor);
  const layouts = layoutCache(block, blendMode);
  return (plane) => {
    const { regions, ramps } = layouts(plane);
    for (const region of regions) {
      const [first, ...further] = region.tiles;
      if (first === undefined) clearRegion(block, buffers, region);
      else if (further.length === 0) correctRegion(blending, buffers, region, plane.tiles[first]!);
      else blendRegion(blending, buffers, region, plane, ramps);
    }
  };
}

interface PlaneLayout {
  readonly regions: readonly Region[];
  /** Of the plane's tiles, in their order. */
  readonly ramps: readonly Ramps[];
}

/** Kept as long as the same tiles are present: nearly always. */
function layoutCache(block: Box, { ramps }: BlendMode): (plane: PlanePixels) => PlaneLayout {
  const known = new Map<string, PlaneLayout>();
  return ({ tiles }) => {
    const key = tiles.map(({ view }) => view.tile.loc).join();
    const present = tiles.map(({ view }) => view.tile);
    const layout = known.get(key) ?? {
      regions: regionsOf(
        block,
        tiles.map(({ view }) => view.covers),
      ),
      ramps: present.map((tile) => ramps(tile, present)),
    };
    known.set(key, layout);
    return layout;
  };
}

/** One tile alone: its corrected pixels are the plane's voxels, in every mode. */
function correctRegion(
  { kernels, block, correction }: PlaneBlending,
  { flat, fused }: BlendBuffers,
  region: Region,
  { view, pixels }: TilePixels,
): void {
  const [planeWidth] = boxSize(block);
  const { at, inTile, width } = placeIn(view, block, region);
  kernels.correct(
    pixels.subarray(at),
    width,
    flatAt(correction, flat, inTile),
    correction.background,
    fused.subarray(cornerOf(region, block)),
    planeWidth,
    region.end[0] - region.start[0],
    region.end[1] - region.start[1],
  );
}

/** Several tiles, in their order: in memory of the region's own, which is cleared faster than its rows of the plane. */
function blendRegion(
  { kernels, block, correction, blendMode }: PlaneBlending,
  buffers: BlendBuffers,
  region: Region,
  { tiles }: PlanePixels,
  ramps: readonly Ramps[],
): void {
  const { corrected, flat, rampX, rampY } = buffers;
  const [columns, rows] = [region.end[0] - region.start[0], region.end[1] - region.start[1]];
  const mean = buffers.mean.subarray(0, columns * rows).fill(0);
  const weight = buffers.weight.subarray(0, columns * rows).fill(0);
  for (const tile of region.tiles) {
    const { view, pixels } = tiles[tile]!;
    const { at, inTile, width } = placeIn(view, block, region);
    const raw = pixels.subarray(at);
    const factors = flatAt(correction, flat, inTile);
    kernels.correct(raw, width, factors, correction.background, corrected, columns, columns, rows);
    const { x, y } = ramps[tile]!;
    rampX.set(x.subarray(inTile[0], inTile[0] + columns));
    rampY.set(y.subarray(inTile[1], inTile[1] + rows));
    kernels[blendMode.kernel](corrected, columns, rows, rampX, rampY, mean, weight);
  }
  const [planeWidth] = boxSize(block);
  kernels.copyRows(mean, columns, buffers.fused.subarray(cornerOf(region, block)), planeWidth, columns, rows);
}

function clearRegion(block: Box, { fused }: BlendBuffers, region: Region): void {
  const [planeWidth] = boxSize(block);
  const columns = region.end[0] - region.start[0];
  const end = cornerOf({ start: [region.start[0], region.end[1]] }, block);
  for (let at = cornerOf(region, block); at < end; at += planeWidth) fused.fill(0, at, at + columns);
}

/** In the plane. */
const cornerOf = ({ start: [x, y] }: Pick<Region, 'start'>, block: Box): number => x + boxSize(block)[0] * y;

/** Where a region begins in what was read of the tile, and in the tile. */
function placeIn({ covers, tile }: TileView, block: Box, { start }: Region) {
  const [width] = boxSize(covers);
  const [x, y] = [block.start[0] + start[0], block.start[1] + start[1]];
  return {
    at: x - covers.start[0] + width * (y - covers.start[1]),
    inTile: [x - tile.box.start[0], y - tile.box.start[1]] as const,
    width,
  };
}

function flatAt(
  { flatField }: Correction,
  flat: Float32Array,
  [x, y]: readonly [number, number],
): FlatPlane | undefined {
  return flatField && { factor: flat.subarray(x + flatField.width * y), width: flatField.width };
}
