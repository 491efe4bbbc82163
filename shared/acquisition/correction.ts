/** Flat field and background of a channel, applied to raw pixels in fusion: max(raw - background, 0) * factor. */

import { z } from 'zod';
import { StepInputError } from '../engine/errors.ts';
import { readFile, writeFile } from '../engine/files.ts';
import type { ObjectStore } from '../engine/ports.ts';
import type { StepFile } from '../engine/step.ts';
import { encodeTiff } from '../formats/tiff/write.ts';
import { channelFolder } from './channel-folder.ts';
import { type FlatField, flatFieldProblem, readFlatField } from './flat-field.ts';

export interface Correction {
  readonly background: number;
  /** Absent: a factor of 1 everywhere. */
  readonly flatField: FlatField | undefined;
}

/** `.cloudreg/tile-correction/CHN00/`: of a channel. */
export const correctionFolder = (channel: number): string =>
  `.cloudreg/tile-correction/${channelFolder(channel)}/`;

const backgroundSchema = z.object({
  format: z.literal('cloudreg-background/1'),
  channel: z.number().int(),
  background: z.number().nonnegative(),
  /** Whether `flat-field.tiff` is to be applied; where not, a file of that name is no part of the job. */
  flatField: z.boolean(),
});

export const backgroundFile = (channel: number): StepFile<z.infer<typeof backgroundSchema>> => ({
  key: `${correctionFolder(channel)}background.json`,
  schema: backgroundSchema,
});

export const flatFieldKey = (channel: number): string => `${correctionFolder(channel)}flat-field.tiff`;

/** What fusion is to apply to a channel, once and for all: a flat field of an earlier generation goes. */
export async function writeCorrection(
  store: ObjectStore,
  channel: number,
  { background, flatField }: Correction,
): Promise<void> {
  const key = flatFieldKey(channel);
  if (flatField !== undefined)
    await store.put(key, encodeTiff(flatField.width, flatField.height, flatField.factor));
  await writeFile(store, backgroundFile(channel), {
    format: 'cloudreg-background/1',
    channel,
    background,
    flatField: flatField !== undefined,
  });
  if (flatField === undefined) await store.delete([key]);
}

/** Follows `background.json`; throws `StepInputError` where it is absent or where the flat field is not as it says. */
export async function readCorrection(
  store: ObjectStore,
  channel: number,
  tileSize: readonly number[],
): Promise<Correction> {
  const { background, flatField } = await readFile(store, backgroundFile(channel));
  return {
    background,
    flatField: flatField ? await requireFlatField(store, flatFieldKey(channel), tileSize) : undefined,
  };
}

async function requireFlatField(
  store: ObjectStore,
  key: string,
  tileSize: readonly number[],
): Promise<FlatField> {
  const flatField = await readFlatField(store, key);
  if (flatField === undefined) throw new StepInputError(key, 'not there');
  const problem = flatFieldProblem(flatField, tileSize);
  if (problem !== undefined) throw new StepInputError(key, problem);
  return flatField;
}
