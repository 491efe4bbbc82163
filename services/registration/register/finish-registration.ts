/** Writes what a registration found: transform, report, and the list of volumes to carry over. */
import { writeFile } from '../../../shared/engine/files.ts';
import type { ObjectStore } from '../../../shared/engine/ports.ts';
import { type Initial, targetsFile } from '../../../shared/registration/files/registration-files.ts';
import type { JobParameters } from '../../parameters.ts';
import { removeCheckpoint } from './checkpoint-store.ts';
import { planTargets } from './plan-targets.ts';
import type { PlayedRegistration } from './play-registration.ts';
import { writeReport } from './write-report.ts';
import { writeTransform } from './write-transform.ts';

export async function finishRegistration(
  store: ObjectStore,
  initial: Initial,
  played: PlayedRegistration,
  parameters: JobParameters,
): Promise<void> {
  const { targets, notes } = await planTargets(store, initial, parameters);
  await writeReport(store, initial, played, notes);
  await writeFile(store, targetsFile, { format: 'cloudreg-targets/1', registrationUrl: store.url, targets });
  await writeTransform(store, initial, played);
  await removeCheckpoint(store);
}
