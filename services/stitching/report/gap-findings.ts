/** What the raw data lack. */
import { isGap, type Problem } from '../../../shared/acquisition/problems.ts';
import type { Finding } from './finding.ts';

const KINDS = {
  'missing-tile': 'missing-tile',
  'missing-channel': 'missing-channel',
  'missing-plane': 'missing-planes',
  'damaged-plane': 'damaged-planes',
} as const;

/** `planes`: of a whole tile. Problems of no tile in particular have no place to look at. */
export function gapFindings(problems: readonly Problem[], planes: number): Finding[] {
  return problems.filter(isGap).flatMap(({ kind, loc, planes: ranges = [], message }) => {
    if (loc === undefined) return [];
    const count = ranges.reduce((sum, [first, last]) => sum + last - first + 1, 0);
    return [
      {
        kind: KINDS[kind as keyof typeof KINDS],
        what: sentence(message),
        tiles: [loc],
        grade: (9 * count) / planes,
        ...(ranges[0] === undefined ? {} : { plane: ranges[0][0] }),
      },
    ];
  });
}

const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);
