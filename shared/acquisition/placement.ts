/** Where every tile lies: what `stitching.place` writes and fusion, preview and registration read (STITCHING section 8). */
import { z } from 'zod';
import type { StepFile } from '../engine/step.ts';
import { type Box, boxAt, type Vec3 } from '../geometry/box.ts';
import { median } from '../numerics/statistics.ts';
import type { Acquisition } from './acquisition.ts';
import { toFourDecimals } from './decimals.ts';

const triple = z.tuple([z.number(), z.number(), z.number()]);

export const placementSchema = z.object({
  format: z.literal('cloudreg-placement/1'),
  unit: z.literal('voxel'),
  voxelSizeUm: triple,
  /** Width, height, planes of a tile. */
  tileSize: z.tuple([z.number().int(), z.number().int(), z.number().int()]),
  grid: z.object({ rows: z.number().int(), columns: z.number().int() }),
  /** The volume's size in voxels; its first voxel is the smallest placed corner, so positions start at 0. */
  size: z.tuple([z.number().int(), z.number().int(), z.number().int()]),
  /** Where the volume's first voxel lies in the acquisition's nominal frame, voxels. */
  volumeOriginVoxel: triple,
  tiles: z.array(
    z.object({
      loc: z.number().int(),
      row: z.number().int(),
      column: z.number().int(),
      directory: z.string(),
      nominal: triple,
      /** Centre of the tile's first voxel, in the volume's frame, with its sub-voxel part. */
      position: triple,
      /** What the position rests on: measured pairs, the stage's word, or a placement given by the user. */
      source: z.enum(['pairs', 'stage', 'given']),
      /** Voxels, within its component; half the search range where it rests on the stage alone. */
      sd: triple.optional(),
      /** Tiles that are joined by used pairs have the same number. */
      component: z.number().int().optional(),
    }),
  ),
  /** What a person would want to know of a placement that was given, in sentences. */
  notes: z.array(z.string()).optional(),
  /** Present where pairs were measured. */
  measured: z
    .object({
      /** The channel that was aligned. */
      channel: z.number().int(),
      /** Components of more than one tile. */
      components: z.number().int(),
      /** What neighbours along x and along y differ from nominal on the whole: grid rotation, tilt, a wrong step. */
      stageCorrection: z.object({ x: triple, y: triple }),
      statistics: z.object({
        pairs: z.number().int(),
        used: z.number().int(),
        rejected: z.number().int(),
        ambiguous: z.number().int(),
        noSignal: z.number().int(),
        residualMax: triple,
        residualRms: triple,
      }),
    })
    .optional(),
});

export type Placement = z.infer<typeof placementSchema>;

export const placementFile: StepFile<Placement> = {
  key: '.cloudreg/stitching/placement.json',
  schema: placementSchema,
};

/** A tile with its place in whole voxels: fusion moves no tile by a fraction, so it blurs nothing. */
export interface PlacedTile {
  readonly loc: number;
  readonly row: number;
  readonly column: number;
  readonly box: Box;
}

export const placedTiles = (placement: Placement): readonly PlacedTile[] =>
  placement.tiles.map(({ loc, row, column, position }) => ({
    loc,
    row,
    column,
    box: boxAt(roundVoxel(position), placement.tileSize),
  }));

/**
 * The gauge of every placement: the smallest placed corner is 0. `volumeOriginVoxel` is the rounded median over tiles
 * of nominal minus position, so that it lies where most of the stage's positions say.
 */
export function makePlacement(
  acquisition: Pick<Acquisition, 'voxelSizeUm' | 'tileSize' | 'grid'>,
  tiles: Placement['tiles'],
  measured?: Placement['measured'],
): Placement {
  const smallest = [0, 1, 2].map((axis) => Math.min(...tiles.map((tile) => tile.position[axis]!))) as Triple;
  const shifted = tiles.map((tile) => ({ ...tile, position: fourDecimals(minus(tile.position, smallest)) }));
  const corners = shifted.map((tile) => boxAt(roundVoxel(tile.position), acquisition.tileSize).end);
  return {
    format: 'cloudreg-placement/1',
    unit: 'voxel',
    voxelSizeUm: acquisition.voxelSizeUm,
    tileSize: acquisition.tileSize,
    grid: acquisition.grid,
    size: [0, 1, 2].map((axis) => Math.max(...corners.map((corner) => corner[axis]!))) as Triple,
    volumeOriginVoxel: [0, 1, 2].map((axis) =>
      Math.round(median(shifted.map((tile) => tile.nominal[axis]! - tile.position[axis]!))),
    ) as Triple,
    tiles: shifted,
    ...(measured === undefined ? {} : { measured }),
  };
}

/** Where the stage says the tile lies: (column * step x, row * step y, 0), CLOUDREG section 1.5. */
export const nominalPosition = (
  { nominalStep }: Pick<Acquisition, 'nominalStep'>,
  { row, column }: { readonly row: number; readonly column: number },
): [number, number, number] => [column * nominalStep.x, row * nominalStep.y, 0];

type Triple = [number, number, number];

export const fourDecimals = (v: Vec3): Triple => v.map(toFourDecimals) as Triple;
const minus = (a: Vec3, b: Vec3): Triple => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];

/** Where fusion puts a tile. */
export const roundVoxel = (position: Vec3): Triple => position.map(Math.round) as Triple;
