/** Where every tile lies: what `stitching.place` writes and fusion, preview and registration read (STITCHING section 8). */
import { z } from 'zod';
import type { StepFile } from '../engine/step.ts';

const triple = z.tuple([z.number(), z.number(), z.number()]);

export const placementSchema = z.object({
  format: z.literal('cloudreg-placement/1'),
  unit: z.literal('voxel'),
  voxelSizeUm: triple,
  /** Width, height, planes of a tile. */
  tileSize: triple,
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
    }),
  ),
});

export type Placement = z.infer<typeof placementSchema>;

export const placementFile: StepFile<Placement> = {
  key: '.cloudreg/stitching/placement.json',
  schema: placementSchema,
};
