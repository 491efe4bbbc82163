/**
 * Fuses one block: reads each plane's tiles once, corrects, blends, evens the light out, and hands the unrounded plane
 * down the mips.
 */
import type { Correction } from '../../../shared/acquisition/correction.ts';
import type { Box, Vec3 } from '../../../shared/geometry/box.ts';
import { boxSize } from '../../../shared/geometry/box.ts';
import { clipCounter } from '../../../shared/illumination/clipped.ts';
import type { IlluminationField } from '../../../shared/illumination/field.ts';
import { lightBuffers, lightTaker } from '../../../shared/illumination/planes.ts';
import type { Kernels, Pixels, PixelType } from '../../../shared/kernels/kernels.ts';
import type { BlockWriter } from '../../../shared/volume/block-writer.ts';
import { cascadeBuffers, type Factor, makeCascade } from '../../../shared/volume/cascade.ts';
import type { BlendMode } from './blend-mode.ts';
import type { Ramps } from './ramps.ts';
import { type PlanePixels, readAreaVoxels, type TilePixels } from './read-planes.ts';
import type { TileView } from './tile-view.ts';

export interface BlockFusion {
  readonly kernels: Kernels;
  readonly dataType: PixelType;
  /** In voxels of the volume. */
  readonly block: Box;
  readonly views: readonly TileView[];
  readonly correction: Correction;
  /** Taken off the blended plane; the same in every tile, so the order makes no difference. */
  readonly illumination: IlluminationField | undefined;
  readonly voxelSizeUm: Vec3;
  readonly blendMode: BlendMode;
  /** Downsampling from mip to mip below the block. */
  readonly factors: readonly Factor[];
  /** Reads into this memory of the kernels. */
  readonly planes: (area: Pixels) => AsyncIterable<PlanePixels>;
  readonly writer: BlockWriter;
}

/** Resolves with how many voxels came out brighter than their type can hold. */
export async function fuseBlock(fusion: BlockFusion): Promise<number> {
  const { block, factors, dataType, illumination, kernels, voxelSizeUm, writer } = fusion;
  const [width, height, depth] = boxSize(block);
  const shape = { width, height, depth, factors, dataType };
  const buffers = kernels.layout({
    ...blendBuffers(fusion),
    ...lightBuffers(illumination, [width, height]),
    ...cascadeBuffers(shape),
  });
  const cascade = makeCascade({ ...shape, kernels, buffers, emit: writer.plane });
  const blend = blender(fusion, buffers);
  const place = { voxelSizeUm, origin: block.start, size: boxSize(block) };
  const takeLight = lightTaker(illumination, place, kernels, buffers);
  const clipped = clipCounter(dataType, kernels);
  for await (const plane of fusion.planes(buffers.raw)) {
    buffers.fused.fill(0);
    buffers.weight.fill(0);
    for (const tile of plane.tiles) blend(tile, plane);
    takeLight(buffers.fused, plane.z - block.start[2]);
    clipped.add(buffers.fused);
    cascade.push(buffers.fused);
    await writer.flow();
  }
  await writer.finish();
  return clipped.total();
}

type Buffers = {
  readonly fused: Float32Array;
  readonly weight: Float32Array;
  readonly corrected: Float32Array;
  readonly flat: Float32Array;
  readonly rampX: Float32Array;
  readonly rampY: Float32Array;
};

function blendBuffers({ block, views, dataType, correction }: BlockFusion) {
  const [width, height] = boxSize(block);
  const covered = views.map(({ covers }) => boxSize(covers));
  const pixels = Math.max(0, ...covered.map(([x, y]) => x * y));
  return {
    fused: { type: 'float32', length: width * height },
    weight: { type: 'float32', length: width * height },
    raw: { type: dataType, length: readAreaVoxels(views) },
    corrected: { type: 'float32', length: pixels },
    flat: { type: 'float32', length: correction.flatField === undefined ? 0 : pixels },
    rampX: { type: 'float32', length: Math.max(0, ...covered.map(([x]) => x)) },
    rampY: { type: 'float32', length: Math.max(0, ...covered.map(([, y]) => y)) },
  } as const;
}

/** Adds one tile's pixels to the plane. Ramps are kept as long as the same tiles are present. */
function blender({ block, kernels, correction, blendMode }: BlockFusion, buffers: Buffers) {
  const [width] = boxSize(block);
  const ramps = rampCache(blendMode);
  const { corrected, flat, rampX, rampY, fused, weight } = buffers;
  return ({ view, pixels }: TilePixels, plane: PlanePixels): void => {
    const { covers, tile } = view;
    const [columns, rows] = boxSize(covers);
    const [x0, y0] = [covers.start[0] - tile.box.start[0], covers.start[1] - tile.box.start[1]];
    const { x, y } = ramps(view, plane);
    rampX.set(x.subarray(x0, x0 + columns));
    rampY.set(y.subarray(y0, y0 + rows));
    if (correction.flatField !== undefined) cutRegion(correction.flatField, x0, y0, columns, rows, flat);
    kernels.correct(
      pixels,
      correction.flatField === undefined ? undefined : flat,
      correction.background,
      corrected,
    );
    kernels[blendMode.kernel](
      corrected,
      columns,
      rows,
      rampX,
      rampY,
      fused,
      weight,
      width,
      covers.start[0] - block.start[0],
      covers.start[1] - block.start[1],
    );
  };
}

function rampCache({ ramps: rampsOf }: BlendMode) {
  const known = new Map<string, Ramps>();
  return (view: TileView, plane: PlanePixels) => {
    const present = plane.tiles.map((other) => other.view.tile);
    const key = `${view.tile.loc}:${present.map(({ loc }) => loc).join()}`;
    const ramps = known.get(key) ?? rampsOf(view.tile, present);
    known.set(key, ramps);
    return ramps;
  };
}

function cutRegion(
  { width, factor }: NonNullable<Correction['flatField']>,
  x0: number,
  y0: number,
  columns: number,
  rows: number,
  out: Float32Array,
): void {
  for (let row = 0; row < rows; row++) {
    const from = x0 + width * (y0 + row);
    out.set(factor.subarray(from, from + columns), row * columns);
  }
}
