/** `--illumination <file>`: a field of another job. */
import { openStore, splitFileUrl } from '../../../shared/adapters/open-store.ts';
import { StepInputError } from '../../../shared/engine/errors.ts';
import { readFileIfPresent } from '../../../shared/engine/files.ts';
import {
  fieldFileAt,
  folderOf,
  type IlluminationFieldFile,
  type Lit,
} from '../../../shared/illumination/files.ts';
import type { Three } from '../../../shared/illumination/volume.ts';
import { IlluminationError } from '../illumination-error.ts';

const ADVICE = 'Give a field.json of another job, or auto, none, n4, n4:<levels> or cloudreg.';

/** Sizes in um may differ by so much: another channel's, or a placement that was measured once more. */
const MOST_DIFFERENCE = 0.01;

/** A `.json` holds the field of every channel; a folder has one for each, `CHN00/field.json`. */
export async function readGivenField(url: string, lit: Lit): Promise<IlluminationFieldFile> {
  const { folder, key } = isFile(url)
    ? splitFileUrl(url)
    : { folder: url, key: `${folderOf(lit)}/field.json` };
  const store = await openStore(folder);
  const found = await readFileIfPresent(store, fieldFileAt(key)).catch((cause: unknown) => {
    if (!(cause instanceof StepInputError)) throw cause;
    throw new IlluminationError(`${folder}/${key} is no illumination field: ${cause.problem}`, ADVICE, cause);
  });
  if (found === undefined) throw new IlluminationError(`${folder}/${key} is not there`, ADVICE);
  return found;
}

/**
 * As much as can be told before there is a volume: the file is there and holds a field. `illumination`: the parameter,
 * whatever it says. Of a folder nothing is known before the channels are.
 */
export async function checkGivenField(illumination: string): Promise<void> {
  if (isGiven(illumination) && isFile(illumination)) await readGivenField(illumination, 'volume');
}

/** Throws `IlluminationError` where the field belongs to a volume of another size. */
export function checkFrame(url: string, { volumeSizeUm }: IlluminationFieldFile, sizeUm: Three): void {
  const fits = sizeUm.every((um, axis) => Math.abs(volumeSizeUm[axis]! - um) <= MOST_DIFFERENCE * um);
  if (fits) return;
  throw new IlluminationError(
    `${url} was made for a volume of ${inUm(volumeSizeUm)}, this one has ${inUm(sizeUm)}`,
    'A field belongs to the volume that it was estimated from: give its own, or estimate one.',
  );
}

export const isGiven = (illumination: string): boolean => illumination.includes('://');

const isFile = (url: string): boolean => /\.json$/i.test(url);

const inUm = (size: Three): string => `${size.map((um) => +um.toFixed(1)).join(' x ')} um`;
