/** The end of a run points at what a person should look at: the top of the job's quality report. */
import { report as reportStep } from '../services/stitching/report.ts';
import {
  type QualityReport,
  qualityReportFile,
  reportTextKey,
  type Spot,
  tileName,
} from '../shared/acquisition/quality-report.ts';
import { readFileIfPresent } from '../shared/engine/files.ts';
import type { NewJob } from '../shared/engine/records.ts';
import { stepId } from '../shared/engine/step.ts';
import { placeIn, shortPath } from './folders.ts';
import { readJobState } from './job-state.ts';
import type { OutputFolder } from './output-folder.ts';
import { counted } from './quantities.ts';

/** Undefined while the step that writes it is not done: what lies there may be of an earlier generation. */
export async function readQualityReport(
  folder: OutputFolder,
  job: NewJob,
): Promise<QualityReport | undefined> {
  const { steps } = await readJobState(folder, job);
  const isDone = steps.some(({ step, state }) => step === stepId(reportStep) && state === 'done');
  return isDone ? readFileIfPresent(folder.store, qualityReportFile) : undefined;
}

export function qualityLines({ path }: OutputFolder, { notes = [], worthALook }: QualityReport): string[] {
  const report = `Quality report: ${shortPath(placeIn(path, reportTextKey))}`;
  const lacks = notes.map((note) => `  Note: ${note}`);
  if (worthALook.length === 0) return [`${report} (nothing stands out)`, ...lacks];
  return [
    'Most worth a look:',
    ...worthALook.map((spot, n) => `  ${n + 1}. ${spotText(path, spot)}`),
    report,
    ...lacks,
  ];
}

const MOST_NAMED = 2;

/** What is wrong, where, and the picture that shows it. */
function spotText(path: string, { what, where: { tiles, voxel }, picture }: Spot): string {
  const named = tiles
    .slice(0, MOST_NAMED)
    .map(({ loc, row, column }) => `${tileName(loc)} (row ${row}, column ${column})`);
  const rest = tiles.length - named.length;
  const places = rest > 0 ? `${named.join(', ')} and ${counted(rest, 'other')}` : named.join(' and ');
  const shown = picture === null ? '' : `: ${shortPath(placeIn(path, picture))}`;
  return `${what} See voxel ${voxel.join(', ')}, ${places}${shown}`;
}
