/** What flat field, background and illumination a job applied, and what their estimation warned of. */
import { channelsOf } from '../services/output-volume.ts';
import { jobParameters } from '../services/parameters.ts';
import { acquisitionFile } from '../shared/acquisition/acquisition.ts';
import { type CorrectionReport, correctionReportFile } from '../shared/acquisition/correction-report.ts';
import { readFileIfPresent } from '../shared/engine/files.ts';
import type { ObjectStore } from '../shared/engine/ports.ts';
import type { NewJob } from '../shared/engine/records.ts';
import { illuminationDecisionFile, type Lit } from '../shared/illumination/files.ts';
import type { OutputFolder } from './output-folder.ts';

/** None once the intermediate files are cleaned away. */
export async function correctionLines({ store }: OutputFolder, job: NewJob): Promise<string[]> {
  const acquisition = await readFileIfPresent(store, acquisitionFile);
  if (acquisition === undefined) return illuminationLines(store, 'volume');
  const channels = channelsOf(acquisition, jobParameters.parse(job.parameters));
  const lines = await Promise.all(
    channels.map(async (channel) => {
      const report = await readFileIfPresent(store, correctionReportFile(channel));
      return [...(report === undefined ? [] : linesOf(report)), ...(await illuminationLines(store, channel))];
    }),
  );
  return lines.flat();
}

/** What was found and done, and the picture that shows it. */
async function illuminationLines(store: ObjectStore, lit: Lit): Promise<string[]> {
  const decided = await readFileIfPresent(store, illuminationDecisionFile(lit));
  if (decided === undefined) return [];
  return [decided.picture === null ? decided.statement : `${decided.statement}: ${decided.picture}`];
}

export function linesOf({ statement, flatField, background }: CorrectionReport): string[] {
  const warnings = [flatField.warning, background.warning].filter((warning) => warning !== null);
  return [statement, ...warnings.map((warning) => `  Warning: ${warning}`)];
}
