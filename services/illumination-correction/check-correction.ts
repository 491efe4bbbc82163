/** What `cloudreg correct` can be told before anything is written. */
import type { ObjectStore } from '../../shared/engine/ports.ts';
import { checkFrame, isGiven, readGivenField } from './estimate/given-field.ts';
import { volumeOf } from './estimate/lit-volume.ts';

/** Throws `IlluminationError` where it is no volume to be corrected, or the field given is not for it. */
export async function checkCorrection(source: ObjectStore, illumination: string): Promise<void> {
  const { sizeUm } = await volumeOf(source, illumination);
  if (isGiven(illumination)) checkFrame(illumination, await readGivenField(illumination, 'volume'), sizeUm);
}
