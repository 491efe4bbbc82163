/** What the end of a run says about its registration: how well it fits, what is doubtful, where to look. */

import { readFileIfPresent } from '../shared/engine/files.ts';
import { registrationReportFile } from '../shared/registration/files/report-file.ts';
import { placeIn, shortPath } from './folders.ts';
import type { OutputFolder } from './output-folder.ts';

/** None where nothing was registered. */
export async function registrationLines({
  store,
  path,
}: Pick<OutputFolder, 'store' | 'path'>): Promise<string[]> {
  const report = await readFileIfPresent(store, registrationReportFile);
  if (report === undefined) return [];
  const { explained, outlineDice, folded, displacementUm, notes } = report;
  return [
    `Registration: the atlas explains ${(100 * explained).toFixed(1)} % of the matching tissue's variance, ` +
      `outlines agree by ${outlineDice.toFixed(3)} (Dice), ${folded} points fold, displacement beyond the affine map ${displacementUm.mean.toFixed(0)} um on average.`,
    ...notes.map((note) => `  ${note}`),
    `Registration report: ${shortPath(placeIn(path, 'registration/report.html'))}`,
  ];
}
