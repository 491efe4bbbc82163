/** What `tile-correction.survey` writes of every tile and channel; flat field, placement's preview and the report read it. */

import { z } from 'zod';
import { StepInputError } from '../engine/errors.ts';
import { readFileIfPresent } from '../engine/files.ts';
import type { ObjectStore } from '../engine/ports.ts';
import type { StepFile } from '../engine/step.ts';
import { npyHeader } from '../formats/npy-write.ts';
import { channelFolder } from './channel-folder.ts';

const count = z.number().int().nonnegative();
const sizes = z.tuple([count, count, count]);

const tileSurveySchema = z.object({
  format: z.literal('cloudreg-tile-survey/1'),
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
    /** One per reduced plane: how many planes it is the mean of, and their mean number (null where there are none). */
    slices: z.array(z.object({ planes: count, centre: z.number().nullable() })),
  }),
});

export type TileSurvey = z.infer<typeof tileSurveySchema>;

const stem = (channel: number, loc: number): string =>
  `.cloudreg/tile-correction/survey/${channelFolder(channel)}/LOC${String(loc).padStart(3, '0')}`;

export const tileSurveyFile = (channel: number, loc: number): StepFile<TileSurvey> => ({
  key: `${stem(channel, loc)}.json`,
  schema: tileSurveySchema,
});

/** The reduced tile: float32, counts as recorded, shape [z][y][x] in C order; 0 in slices without planes. */
export const reducedTileKey = (channel: number, loc: number): string => `${stem(channel, loc)}.npy`;

/** Undefined for a tile that does not have the channel. */
export const readTileSurvey = (
  store: ObjectStore,
  channel: number,
  loc: number,
): Promise<TileSurvey | undefined> => readFileIfPresent(store, tileSurveyFile(channel, loc));

/** Reduced planes `start` to `end` (excluded), x fastest, then y, z; by default all of them. */
export async function readReducedTile(
  store: ObjectStore,
  { channel, loc, reduced: { size } }: Pick<TileSurvey, 'channel' | 'loc' | 'reduced'>,
  start = 0,
  end = size[2],
): Promise<Float32Array> {
  const key = reducedTileKey(channel, loc);
  const sliceBytes = size[0] * size[1] * Float32Array.BYTES_PER_ELEMENT;
  const header = npyHeader('f4', [size[2], size[1], size[0]]);
  const range = { start: header.length + start * sliceBytes, end: header.length + end * sliceBytes };
  const parts = await store.getRanges(key, [{ start: 0, end: header.length }, range]);
  if (parts === undefined) throw new StepInputError(key, 'not there');
  const [begin, bytes] = [parts[0]!, parts[1]!];
  if (Buffer.compare(begin, header) !== 0 || bytes.length !== range.end - range.start)
    throw new StepInputError(key, `not an array of ${size.join(' x ')} float32, as its survey says`);
  return new Float32Array(new Uint8Array(bytes).buffer);
}
