/** What flat field, background and illumination a job applied, and what their estimation warned of. */
import { channelFolder, channelsOf } from '../services/output-volume.ts';
import { jobParameters } from '../services/parameters.ts';
import { acquisitionFile } from '../shared/acquisition/acquisition.ts';
import { type CorrectionReport, correctionReportFile } from '../shared/acquisition/correction-report.ts';
import { readFileIfPresent } from '../shared/engine/files.ts';
import type { ObjectStore } from '../shared/engine/ports.ts';
import type { NewJob } from '../shared/engine/records.ts';
import { readClipped } from '../shared/illumination/clipped.ts';
import { illuminationDecisionFile, type Lit } from '../shared/illumination/files.ts';
import { openVolume } from '../shared/volume/open-volume.ts';
import type { OutputFolder } from './output-folder.ts';

/** None once the intermediate files are cleaned away. */
export async function correctionLines({ store }: OutputFolder, job: NewJob): Promise<string[]> {
  const acquisition = await readFileIfPresent(store, acquisitionFile);
  if (acquisition === undefined)
    return [...(await illuminationLines(store, 'volume')), ...(await clippedLines(store, 'volume'))];
  const channels = channelsOf(acquisition, jobParameters.parse(job.parameters));
  const lines = await Promise.all(
    channels.map(async (channel) => {
      const report = await readFileIfPresent(store, correctionReportFile(channel));
      return [
        ...(report === undefined ? [] : linesOf(report)),
        ...(await illuminationLines(store, channel)),
        ...(await clippedLines(store, channel)),
      ];
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

/** A share of the voxels that is worth a word (ILLUMINATION section 4.5). */
const CLIPPED_SHARE = 1e-5;

/** Where a correction makes too many voxels brighter than their type can hold. */
async function clippedLines(store: ObjectStore, lit: Lit): Promise<string[]> {
  const clipped = await readClipped(store, lit);
  if (clipped === 0) return [];
  const { mips } = await openVolume(store, lit === 'volume' ? '' : channelFolder(lit));
  const { dataType, sizeVoxels } = mips[0]!;
  const share = clipped / sizeVoxels.reduce((product, size) => product * size, 1);
  if (share <= CLIPPED_SHARE) return [];
  return [
    `  Warning: ${(100 * share).toPrecision(2)} % of the voxels (${clipped.toLocaleString('en')}) came out brighter than ` +
      `${dataType} can hold and were cut: their true brightness is lost`,
  ];
}

export function linesOf({ statement, flatField, background }: CorrectionReport): string[] {
  const warnings = [flatField.warning, background.warning].filter((warning) => warning !== null);
  return [statement, ...warnings.map((warning) => `  Warning: ${warning}`)];
}
