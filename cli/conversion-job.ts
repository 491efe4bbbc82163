/** What a job of `cloudreg convert` is, on this machine or on a deployment's. */
import { convert } from '../services/ingest/convert.ts';
import { inspect } from '../services/ingest/inspect.ts';
import type { JobParameters } from '../services/parameters.ts';
import { stepId } from '../shared/engine/step.ts';
import { volumeFileIn } from '../shared/volume/volume-files.ts';
import { RefusedError } from './errors.ts';
import { isInside } from './folders.ts';
import { jobIn, type OutputFolder } from './output-folder.ts';

export type ConversionJobParameters = JobParameters & Required<Pick<JobParameters, 'conversion'>>;

export const CONVERSION_STEPS = [inspect, convert].map(stepId);

/** The input stays as it is: nothing may be written among its files, and a job may not write over what it reads. */
export function refuseOverlap(input: string, output: string): void {
  if (isInside(output, input))
    throw new RefusedError(
      `The output ${output} lies inside the input ${input}, which is only read: use a folder beside it.`,
    );
}

/** One that another program or command made. */
export async function refuseOtherVolume(folder: Pick<OutputFolder, 'path' | 'store'>): Promise<void> {
  if ((await jobIn(folder)) !== undefined) return;
  const file = await volumeFileIn(folder.store);
  if (file === undefined) return;
  throw new RefusedError(
    `${folder.path} holds a volume that no job of this program made (${file}): use another folder.`,
  );
}
