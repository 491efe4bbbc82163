/** What `tile-correction.survey` writes of every tile and channel; flat field, placement's preview and the report read it. */

import { z } from 'zod';
import { readFileIfPresent } from '../engine/files.ts';
import type { ObjectStore } from '../engine/ports.ts';
import type { StepFile } from '../engine/step.ts';
import { channelFolder } from './channel-folder.ts';

const count = z.number().int().nonnegative();
const sizes = z.tuple([count, count, count]);

const tileSurveySchema = z.object({
  format: z.literal('cloudreg-tile-survey/2'),
  channel: count,
  loc: count,
  /** Numbers of the planes that were read, ascending: those of the grid that are neither missing nor damaged. */
  planes: z.array(count),
  /** Mean of each of them, counts as recorded. */
  planeMeans: z.array(z.number()),
  /** Planes that the scan took for whole and that could not be read. */
  damaged: z.array(z.object({ plane: count, reason: z.string() })),
  /** Of the planes read. */
  voxels: count,
  /** Voxels at the largest value of their type; 0 for float32, which has none. */
  saturated: count,
  /** Of all voxels read: see `histogram.ts`. */
  histogram: z.string(),
  /** Of `LOCnnn.npy`; what the factors mean: see `SurveyGrid`. */
  reduced: z.object({
    factor: sizes,
    size: sizes,
    /**
     * One per reduced plane: how many planes it is the mean of, their mean number (null where there are none), and what
     * its stored voxels mean (see `reduced-tile.ts`).
     */
    slices: z.array(
      z.object({
        planes: count,
        centre: z.number().nullable(),
        least: z.number(),
        step: z.number().positive(),
      }),
    ),
  }),
});

export type TileSurvey = z.infer<typeof tileSurveySchema>;

/** Of the two files of a tile. */
export const surveyStem = (channel: number, loc: number): string =>
  `.cloudreg/tile-correction/survey/${channelFolder(channel)}/LOC${String(loc).padStart(3, '0')}`;

export const tileSurveyFile = (channel: number, loc: number): StepFile<TileSurvey> => ({
  key: `${surveyStem(channel, loc)}.json`,
  schema: tileSurveySchema,
});

/** Undefined for a tile that does not have the channel. */
export const readTileSurvey = (
  store: ObjectStore,
  channel: number,
  loc: number,
): Promise<TileSurvey | undefined> => readFileIfPresent(store, tileSurveyFile(channel, loc));
