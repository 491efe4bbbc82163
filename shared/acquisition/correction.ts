/** Flat field and background of a channel, applied to raw pixels in fusion: max(raw - background, 0) * factor. */
import { z } from 'zod';
import { StepInputError } from '../engine/errors.ts';
import { readFileIfPresent } from '../engine/files.ts';
import type { ObjectStore } from '../engine/ports.ts';
import type { StepFile } from '../engine/step.ts';
import { readTiff } from '../formats/tiff/read.ts';
import { tiffInStore } from '../formats/tiff/source.ts';

export interface Correction {
  readonly background: number;
  /** Absent: a factor of 1 everywhere. */
  readonly flatField: FlatField | undefined;
}

export interface FlatField {
  readonly width: number;
  readonly height: number;
  /** What a pixel is multiplied by, x fastest; the meaning of CloudReg's `CHN0c_bias.tiff`. */
  readonly factor: Float32Array;
}

const folder = (channel: number): string =>
  `.cloudreg/tile-correction/CHN${String(channel).padStart(2, '0')}/`;

const backgroundSchema = z.object({
  format: z.literal('cloudreg-background/1'),
  channel: z.number().int(),
  background: z.number().nonnegative(),
});

export const backgroundFile = (channel: number): StepFile<z.infer<typeof backgroundSchema>> => ({
  key: `${folder(channel)}background.json`,
  schema: backgroundSchema,
});

export const flatFieldKey = (channel: number): string => `${folder(channel)}flat-field.tiff`;

/** What the tile-correction steps found for a channel; where they wrote nothing, nothing is corrected. */
export async function readCorrection(
  store: ObjectStore,
  channel: number,
  [width, height]: readonly [number, number, ...number[]],
): Promise<Correction> {
  const background = await readFileIfPresent(store, backgroundFile(channel));
  const flatField = await readFlatField(store, flatFieldKey(channel));
  if (flatField !== undefined && (flatField.width !== width || flatField.height !== height))
    throw new StepInputError(
      flatFieldKey(channel),
      `${flatField.width} x ${flatField.height} pixels, but tiles have ${width} x ${height}`,
    );
  return { background: background?.background ?? 0, flatField };
}

async function readFlatField(store: ObjectStore, key: string): Promise<FlatField | undefined> {
  const head = await store.head(key);
  if (head === undefined) return undefined;
  const { width, height, pixels } = await readTiff(await tiffInStore(store, key, head.size));
  const factor = Float32Array.from(pixels);
  const bad = factor.findIndex((value) => !(value > 0 && Number.isFinite(value)));
  if (bad >= 0)
    throw new StepInputError(
      key,
      `factor ${factor[bad]} at column ${bad % width}, row ${Math.floor(bad / width)}; expected numbers above 0`,
    );
  return { width, height, factor };
}
