/** The files that make the corrected chunks a volume. */
import type { ObjectStore } from '../../../shared/engine/ports.ts';
import { writeProvenance, writeVolumeInfo } from '../../../shared/volume/write-volume.ts';
import type { JobParameters } from '../../parameters.ts';
import type { CorrectionPlan } from './correction-plan.ts';

export async function describeCorrected(
  store: ObjectStore,
  { source, mips }: CorrectionPlan,
  { illumination, compress }: JobParameters,
): Promise<void> {
  await writeVolumeInfo(store, '', mips);
  await writeProvenance(store, '', {
    description: `${source} with even illumination`,
    owners: [],
    processing: [
      { method: { task: 'cloudreg correct', parameters: { illumination, compress } }, by: 'cloudreg' },
    ],
    sources: [source],
  });
}
