/** Refuses volumes that no format holds, by a look at one plane. */
import { checkOutputFormat } from '../services/output-format.ts';
import type { JobParameters } from '../services/parameters.ts';
import { firstPlaneType } from '../shared/acquisition/colm/first-plane.ts';
import type { ObjectStore } from '../shared/engine/ports.ts';

/** `source`: the acquisition. Throws `OutputFormatError`. */
export async function checkOutput(source: ObjectStore, parameters: JobParameters): Promise<void> {
  checkOutputFormat(parameters, undefined);
  if (parameters.encoding !== 'raw') checkOutputFormat(parameters, await firstPlaneType(source));
}
