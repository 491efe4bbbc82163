/** Overlaps that do not look alike although there is something to see: found without trusting what alignment said. */
import type { SeamFigures } from '../../../shared/acquisition/quality-report.ts';
import type { Finding } from './finding.ts';
import type { MeasuredSeam } from './measure-seams.ts';
import { pairName } from './words.ts';

/** Noise is not correlated with itself two pixels on, tissue is: from here on there is something to see. */
const LEAST_STRUCTURE = 0.2;
const LEAST_PIXELS = 500;
/** The same tissue seen twice is as much alike as it is with itself two pixels on; half of that is another place. */
const MATCH = 0.5;
/** A placement may not cost a seam that much correlation, and that share of its difference. */
const LOST_CORRELATION = 0.1;
const GAINED_DIFFERENCE = 1.1;

export const hasStructure = (figures: SeamFigures | null): figures is SeamFigures =>
  figures !== null && figures.pixels >= LEAST_PIXELS && (figures.structure ?? 0) >= LEAST_STRUCTURE;

/** Correlation as a share of the structure that is there: 1 or more where a seam matches. */
export const matchOf = ({ correlation, structure }: SeamFigures): number =>
  (correlation ?? 0) / Math.max(structure ?? 0, 1e-6);

export function seamFindings(seams: readonly MeasuredSeam[]): Finding[] {
  return seams.flatMap((measured) => [...mismatch(measured), ...worse(measured)].slice(0, 1));
}

function mismatch({ seam, after }: MeasuredSeam): Finding[] {
  if (!hasStructure(after) || matchOf(after) >= MATCH) return [];
  const what =
    `The overlap of ${pairName(names(seam))} shows tissue, but the two tiles do not agree there as placed: correlation ` +
    `${text(after.correlation)} where ${text(after.structure)} and more is to be expected.`;
  return [{ kind: 'seam-mismatch', what, tiles: [seam.a.loc, seam.b.loc], grade: 9 * (1 - matchOf(after)) }];
}

function worse({ seam, before, after }: MeasuredSeam): Finding[] {
  if (before === null || after === null || !hasStructure(before)) return [];
  const lost = (before.correlation ?? 0) - (after.correlation ?? 0);
  const isWorse = lost > LOST_CORRELATION && after.meanDifference > GAINED_DIFFERENCE * before.meanDifference;
  if (!isWorse) return [];
  const what =
    `${pairName(names(seam))} agree less as placed than where the stage put them: correlation ${text(before.correlation)} ` +
    `before, ${text(after.correlation)} after.`;
  return [{ kind: 'seam-worse', what, tiles: [seam.a.loc, seam.b.loc], grade: 9 * lost }];
}

const names = ({ a, b }: MeasuredSeam['seam']) => ({ a: a.loc, b: b.loc });
const text = (value: number | null): string => (value ?? 0).toFixed(2);
