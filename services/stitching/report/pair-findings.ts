/** What is doubtful about the pairs. */
import { axes, type Triple } from '../axes.ts';
import type { Pairs } from '../pairs.ts';
import type { Finding } from './finding.ts';
import type { PairView } from './pair-view.ts';
import { largest, pairName, voxels } from './words.ts';

/** Voxels between where a pair was measured and where it lies: placement doubts pairs from there on. */
export const LARGE_RESIDUAL = 0.7;
/** Voxels by which layers of one pair may disagree; noise makes layers below this T say anything. */
const DRIFT = 1;
const LOUD_T = 12;
/** A match that much better than the next is unique (STITCHING section 2.5). */
const RIVAL = 1.5;

export function pairFindings(views: readonly PairView[], { search }: Pairs): Finding[] {
  return views.flatMap((view) => [
    ...judgement(view, search),
    ...largeResidual(view),
    ...otherCandidate(view),
    ...drift(view),
  ]);
}

/** Why the pair was left out, or what its use rests on. */
function judgement(view: PairView, search: Triple): Finding[] {
  const { pair, candidate, residual } = view;
  const tiles = [pair.a, pair.b];
  const reliability = pair.reliability.toFixed(2);
  if (pair.atSearchBorder || pair.status === 'at-search-border') return [searchBorder(view, search)];
  switch (pair.status) {
    case 'used':
      return [];
    case 'rejected': {
      const by = residual === undefined ? '' : ` by ${voxels(residual)} voxels (x, y, z)`;
      const what =
        `${pairName(pair)} fit with reliability ${reliability}${correlationText(candidate?.rho)}, but what their ` +
        `neighbours say contradicts that${by}: the pair was left out. One of the two is wrong.`;
      return [{ kind: 'rejected-pair', what, tiles, grade: 9 * pair.reliability }];
    }
    case 'ambiguous': {
      const second = pair.candidates[1];
      const isRival = second !== undefined && RIVAL * second.textureT > (candidate?.textureT ?? 0);
      const why = isRival
        ? `another match fits nearly as well, ${voxels(away(candidate?.offset, second.offset))} voxels (x, y, z) away`
        : 'the match is too weak or too blurred';
      const what = `${pairName(pair)} could not be aligned to each other (reliability ${reliability}): ${why}. The pair was left out.`;
      return [{ kind: 'ambiguous-pair', what, tiles, grade: 9 * (1 - pair.reliability) }];
    }
    case 'no-signal': {
      const what = `The overlap of ${pairName(pair)} shows nothing to align by${correlationText(candidate?.rho)}: the pair was left out.`;
      return [{ kind: 'featureless-pair', what, tiles, grade: 0 }];
    }
  }
}

function searchBorder({ pair }: PairView, search: Triple): Finding {
  const range = search.map((voxels) => `±${voxels}`).join(', ');
  const use = pair.status === 'used' ? 'It was used all the same' : 'The pair was left out';
  const what =
    `The best match of ${pairName(pair)} lies where the search ends (${range} voxels in x, y, z): the truth may lie ` +
    `beyond. ${use}. Enlarge --search, for example --search ${search.map((voxels) => 2 * voxels).join(',')}.`;
  return { kind: 'search-border', what, tiles: [pair.a, pair.b], grade: pair.status === 'used' ? 0 : 5 };
}

function largeResidual(view: PairView): Finding[] {
  const { pair, residual } = view;
  if (pair.status !== 'used' || residual === undefined || largest(residual) <= LARGE_RESIDUAL) return [];
  const what = `${pairName(pair)} fit best ${voxels(residual)} voxels (x, y, z) from where they were placed, and nothing shows which pair is wrong.`;
  return [{ kind: 'large-residual', what, tiles: [pair.a, pair.b], grade: largest(residual) }];
}

function otherCandidate({ pair }: PairView): Finding[] {
  if (pair.status !== 'used' || (pair.chosen ?? 0) === 0) return [];
  const away_ = away(pair.candidates[0]?.offset, pair.candidates[pair.chosen!]!.offset);
  const what = `${pairName(pair)} were joined by a match that is not their best one but ${voxels(away_)} voxels (x, y, z) from it, because their neighbours agree with it.`;
  return [{ kind: 'other-candidate', what, tiles: [pair.a, pair.b], grade: 0 }];
}

function drift({ pair }: PairView): Finding[] {
  const loud = pair.layers.filter(({ T }) => T > LOUD_T);
  if (pair.status !== 'used' || loud.length < 2) return [];
  const along = axes((i) => loud.map(({ offset }) => offset[i]));
  const spread = axes((i) => Math.max(...along[i]) - Math.min(...along[i]));
  if (largest(spread) <= DRIFT) return [];
  const what = `The offset of ${pairName(pair)} changes along the stack by ${voxels(spread).replaceAll('+', '')} voxels (x, y, z): a tile is tilted or drifted, and one offset cannot fit all planes.`;
  return [{ kind: 'drift', what, tiles: [pair.a, pair.b], plane: loud[0]!.z0, grade: largest(spread) }];
}

const away = (from: Triple | undefined, to: Triple): Triple =>
  axes((i) => to[i] - (from === undefined ? 0 : from[i]));

const correlationText = (rho: number | undefined): string =>
  rho === undefined ? '' : ` (correlation ${rho.toFixed(2)})`;
