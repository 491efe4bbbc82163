/** Lines of the table about one placement, or about many of one kind. */
import { mean } from '../../shared/numerics/statistics.ts';
import { type Figure, threeNumbers } from './figure.ts';
import { axes, isWrong, type JudgedPair, type Judgement, largest } from './judge-placement.ts';

export interface Limits {
  /** Of the mean error per axis, voxels. */
  readonly mean: number;
  /** Of every tile, in place of that of its overlaps. */
  readonly most?: number;
  /** LOC numbers of tiles that need not be found. */
  readonly faint?: readonly number[];
}

export function placementFigures(judgements: readonly Judgement[], limits: Limits): Figure[] {
  const { faint = [] } = limits;
  const lost = judgements.flatMap((judgement) => judgement.lost);
  const resting = judgements.flatMap((judgement) => [...judgement.lost, ...judgement.resting]);
  const off = resting.reduce((most, tile) => Math.max(most, tile.off), 0);
  return [
    ...errorFigures(judgements, limits),
    {
      what: 'tiles with signal that rest on the stage',
      measured: lost.length === 0 ? '0' : `${lost.length}: LOC ${lost.map(({ loc }) => loc).join(', ')}`,
      bound: faint.length === 0 ? '0' : `soft edges: ${faint.join(', ')}`,
      held: lost.every(({ loc }) => faint.includes(loc)),
    },
    ...(resting.length === 0
      ? []
      : [
          {
            what: 'on the stage: off from what neighbours say',
            measured: `${off.toFixed(3)} (${resting.length} tiles)`,
            bound: '<= 0.01',
            held: off <= 0.01,
          },
        ]),
    linkFigure(judgements.flatMap(({ pairs }) => pairs)),
  ];
}

/** Each axis counts by itself. */
function errorFigures(judgements: readonly Judgement[], limits: Limits): Figure[] {
  const tiles = judgements.flatMap(({ placed }) => placed);
  const limitOf = (tile: (typeof tiles)[number]): number => limits.most ?? tile.limit;
  const most = axes((i) => tiles.reduce((worst, { error }) => Math.max(worst, Math.abs(error[i])), 0));
  const means = axes((i) =>
    Math.max(...judgements.map(({ placed }) => mean(placed.map(({ error }) => Math.abs(error[i]))))),
  );
  const tooFar = tiles.filter((tile) => largest(tile.error) > limitOf(tile));
  const bounds = [...new Set(tiles.map(limitOf))].sort();
  return [
    {
      what: `largest error x y z of ${tiles.length} tiles placed by pairs`,
      measured: `${threeNumbers(most, 3)}${tooFar.length === 0 ? '' : ` (LOC ${tooFar.map(({ loc }) => loc).join(', ')})`}`,
      bound: `<= ${bounds.join(', in thin overlaps ')}`,
      held: tooFar.length === 0,
    },
    {
      what: judgements.length === 1 ? 'their mean error' : 'mean error, the worst of them',
      measured: threeNumbers(means, 3),
      bound: `<= ${limits.mean}`,
      held: largest(means) <= limits.mean,
    },
  ];
}

export function linkFigure(pairs: readonly JudgedPair[]): Figure {
  const used = pairs.filter(({ isUsed }) => isUsed);
  const wrong = used.filter(isWrong);
  return {
    what: 'links used that are off by more than 1.5 voxels',
    measured: `${wrong.length} of ${used.length} used, ${pairs.length} pairs`,
    bound: '0',
    held: wrong.length === 0,
  };
}

const SURE = 0.9;
const RIGHT_VOXELS = 0.5;
const LEAST_SHARE = 0.97;
const ENOUGH_PAIRS = 200;

/** Reliability is a probability: of sure pairs nearly all must be right. Undefined below the pairs that it takes. */
export function calibrationFigure(pairs: readonly JudgedPair[]): Figure | undefined {
  if (pairs.length < ENOUGH_PAIRS) return undefined;
  const sure = pairs.filter(({ reliability }) => reliability > SURE);
  const right = sure.filter(({ error }) => error !== undefined && error <= RIGHT_VOXELS);
  const share = right.length / sure.length;
  return {
    what: `of ${pairs.length} pairs, those above ${SURE} that are right`,
    measured: `${(100 * share).toFixed(1)} % of ${sure.length}`,
    bound: `>= ${100 * LEAST_SHARE} %`,
    held: share >= LEAST_SHARE,
  };
}
