/** Colours of a parcellation's regions: a registration writes them into the state beside its volumes. */
import { z } from 'zod';
import type { ObjectStore } from '../../shared/engine/ports.ts';
import { REGISTRATION_FOLDER } from '../../shared/registration/files/registration-files.ts';
import { decompressText } from '../../shared/volume/codecs/decode.ts';

const stateSchema = z.object({
  layers: z.array(z.object({ name: z.string(), segmentColors: z.record(z.string(), z.string()).optional() })),
});

/** Undefined where the volume is none of a registration's. */
export async function segmentColorsOf(
  store: ObjectStore,
  folder: string,
): Promise<Readonly<Record<string, string>> | undefined> {
  if (!folder.startsWith(REGISTRATION_FOLDER)) return undefined;
  const object = await store.get(`${REGISTRATION_FOLDER}view.json`);
  if (object === undefined) return undefined;
  const name = folder.slice(REGISTRATION_FOLDER.length);
  const state = stateSchema.parse(
    JSON.parse(await decompressText(object, `${REGISTRATION_FOLDER}view.json`)),
  );
  return state.layers.find((layer) => layer.name === name)?.segmentColors;
}
