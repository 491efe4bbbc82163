/** The files that make the converted chunks a volume. */

import type { ObjectStore } from '../../../shared/engine/ports.ts';
import type { Json } from '../../../shared/engine/records.ts';
import { writeProvenance, writeVolumeInfo } from '../../../shared/volume/write-volume.ts';
import type { JobParameters } from '../../parameters.ts';
import { type ConversionPlan, mipsOf } from './conversion-plan.ts';

/** Where the volume lies in the animal, as neuroglancer-scripts writes it; only where the input says. */
export const TRANSFORM_FILE = 'transform.json';

export async function describeConverted(
  store: ObjectStore,
  plan: ConversionPlan,
  { conversion, compress }: JobParameters,
): Promise<void> {
  const { source, type, channels, transform } = plan;
  await writeVolumeInfo(store, '', mipsOf(plan), { type, channels });
  if (transform !== null) {
    const body = new TextEncoder().encode(`${JSON.stringify(transform)}\n`);
    await store.put(TRANSFORM_FILE, body, { contentType: 'application/json', cacheControl: 'no-cache' });
  }
  const parameters: Json = { ...conversion, compress };
  await writeProvenance(store, '', {
    description: `${source} as a precomputed volume`,
    owners: [],
    processing: [{ method: { task: 'cloudreg convert', parameters }, by: 'cloudreg' }],
    sources: [source],
  });
}
