/** Both steps of `cloudreg correct` on a volume in a store. */
import { apply } from '../../../services/illumination-correction/apply.ts';
import { estimate } from '../../../services/illumination-correction/estimate.ts';
import type { JobParameters } from '../../../services/parameters.ts';
import { memoryStore } from '../../../shared/adapters/memory/store.ts';
import { readFile, readFileIfPresent } from '../../../shared/engine/files.ts';
import type { ObjectStore } from '../../../shared/engine/ports.ts';
import { fieldFromStored } from '../../../shared/illumination/field.ts';
import { illuminationDecisionFile, illuminationFieldFile } from '../../../shared/illumination/files.ts';
import { runSteps } from '../run-steps.ts';

export async function correctVolume(
  source: ObjectStore,
  parameters: Partial<JobParameters>,
  store = memoryStore('memory://corrected'),
) {
  await runSteps([estimate, apply], { source, store, parameters });
  const field = await readFileIfPresent(store, illuminationFieldFile('volume'));
  return {
    store,
    decision: await readFile(store, illuminationDecisionFile('volume')),
    field: field && fieldFromStored(field),
  };
}

/** The message of what a call is refused with. */
export async function refusal(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => 'not refused',
    (error: Error) => `${error.name}: ${error.message}`,
  );
}
