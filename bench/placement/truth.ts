/** What `make_colm.py` knows of an acquisition: `truth.json`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const triple = z.tuple([z.number(), z.number(), z.number()]);

const truthSchema = z.object({
  format: z.literal('colm-truth/1'),
  /** Where nominal LOC000 lies in the source, voxels. */
  source_origin_voxel: triple,
  tile_size: triple,
  nominal_step: z.tuple([z.number(), z.number()]),
  tiles: z.array(
    z.looseObject({
      loc: z.number(),
      row: z.number(),
      col: z.number(),
      present: z.boolean(),
      /** Centre of the tile's first voxel in the nominal frame. */
      true_voxel: triple,
      gain: z.number(),
    }),
  ),
  pairs: z.array(
    z.looseObject({
      a: z.number(),
      b: z.number(),
      axis: z.enum(['x', 'y']),
      true_offset: triple,
      overlap_voxels: triple,
      /** Contrast of the overlap against its noise. */
      snr: z.number(),
    }),
  ),
  bias: z.object({
    vignette: z.number(),
    cx: z.number(),
    cy: z.number(),
    kx: z.number(),
    ky: z.number(),
  }),
  z_falloff: z.object({ z_falloff: z.number() }),
});

/** As in the file, what is not needed here included. */
export type Truth = z.infer<typeof truthSchema>;

export const truthFile = (acquisition: string): string => join(acquisition, 'truth.json');

export const readTruth = (acquisition: string): Truth =>
  z.looseObject(truthSchema.shape).parse(JSON.parse(readFileSync(truthFile(acquisition), 'utf8')));
