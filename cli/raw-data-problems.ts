/** What was wrong with the raw data, in a line or two; the files say which planes. */
import { DAMAGED_FOLDER, readDamaged } from '../services/stitching/fusion/damaged-planes.ts';
import { isGap, type Problem, problemsFile } from '../shared/acquisition/problems.ts';
import { readFileIfPresent } from '../shared/engine/files.ts';
import { placeIn, shortPath } from './folders.ts';
import type { OutputFolder } from './output-folder.ts';
import { counted } from './quantities.ts';

export async function problemLines(folder: OutputFolder): Promise<string[]> {
  const { problems } = (await readFileIfPresent(folder.store, problemsFile)) ?? { problems: [] };
  const damaged = await readDamaged(folder.store);
  const see = (key: string): string => `see ${shortPath(placeIn(folder.path, key))}`;
  return [
    ...(problems.length === 0 ? [] : [`${summary(problems)}: ${see(problemsFile.key)}`]),
    ...(damaged.length === 0 ? [] : [`${damageText(damaged.length)}: ${see(DAMAGED_FOLDER)}`]),
  ];
}

/** Planes that only fusion could find out about: their headers are sound. */
const damageText = (planes: number): string =>
  `Raw data: the pixels of ${counted(planes, 'plane')} could not be decoded (left out)`;

/** `7 missing planes and 1 damaged plane in 2 tiles, 1 missing tile (their voxels are zero), 1 remark`. */
export function summary(problems: readonly Problem[]): string {
  const gaps = problems.filter(isGap);
  const remarks = problems.length - gaps.length;
  const parts = [...gapParts(gaps), ...(remarks > 0 ? [counted(remarks, 'remark')] : [])];
  return `Raw data: ${parts.join(', ')}`;
}

function gapParts(gaps: readonly Problem[]): string[] {
  const of = (kind: Problem['kind']): Problem[] => gaps.filter((problem) => problem.kind === kind);
  const planes = [...of('missing-plane'), ...of('damaged-plane')];
  const planeTexts = [
    ...countText(planesOf(of('missing-plane')), 'missing plane'),
    ...countText(planesOf(of('damaged-plane')), 'damaged plane'),
  ];
  const tiles = new Set(planes.map(({ loc }) => loc)).size;
  const parts = [
    ...(planeTexts.length > 0 ? [`${planeTexts.join(' and ')} in ${counted(tiles, 'tile')}`] : []),
    ...countText(of('missing-tile').length, 'missing tile'),
    ...countText(
      of('missing-channel').length,
      'tile without one of its channels',
      'tiles without one of their channels',
    ),
  ];
  const last = parts.pop();
  return last === undefined ? [] : [...parts, `${last} (left out)`];
}

const countText = (count: number, noun: string, plural?: string): string[] =>
  count > 0 ? [counted(count, noun, plural)] : [];

const planesOf = (problems: readonly Problem[]): number =>
  problems.flatMap(({ planes = [] }) => planes).reduce((sum, [first, last]) => sum + last - first + 1, 0);
