/** What flat field and background a job applied, and what its estimation warned of. */
import { channelsOf } from '../services/output-volume.ts';
import { jobParameters } from '../services/parameters.ts';
import { acquisitionFile } from '../shared/acquisition/acquisition.ts';
import { type CorrectionReport, correctionReportFile } from '../shared/acquisition/correction-report.ts';
import { readFileIfPresent } from '../shared/engine/files.ts';
import type { NewJob } from '../shared/engine/records.ts';
import type { OutputFolder } from './output-folder.ts';

/** None once the intermediate files are cleaned away. */
export async function correctionLines({ store }: OutputFolder, job: NewJob): Promise<string[]> {
  const acquisition = await readFileIfPresent(store, acquisitionFile);
  if (acquisition === undefined) return [];
  const channels = channelsOf(acquisition, jobParameters.parse(job.parameters));
  const reports = await Promise.all(
    channels.map((channel) => readFileIfPresent(store, correctionReportFile(channel))),
  );
  return reports.flatMap((report) => (report === undefined ? [] : linesOf(report)));
}

export function linesOf({ statement, flatField, background }: CorrectionReport): string[] {
  const warnings = [flatField.warning, background.warning].filter((warning) => warning !== null);
  return [statement, ...warnings.map((warning) => `  Warning: ${warning}`)];
}
