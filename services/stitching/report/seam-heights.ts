/** At which planes of the volume the seams are looked at: few, and such that every seam shows something at one of them. */
import type { TileSurvey } from '../../../shared/acquisition/survey.ts';
import { PHASES, type Phase, planeOf, type Seam, type SeamTile } from './seam.ts';

/** Of a tile's planes; each height reads one plane of a tile at its nominal and one at its placed position. */
const SHARE_OF_PLANES = 0.01;
const MOST_HEIGHTS = 4;
/** Stacks of fewer planes are looked at in one. */
const DEEP = 64;
/** Heights to choose from. */
const CANDIDATES = 48;

export const heightCount = (planes: number): number =>
  Math.min(MOST_HEIGHTS, Math.max(planes < DEEP ? 1 : 2, Math.floor((SHARE_OF_PLANES * planes) / 2)));

export type Surveys = ReadonlyMap<number, TileSurvey>;

/** Heights of a volume of `depth` planes; ascending. `surveys`: by location. */
export function chooseHeights(
  seams: readonly Seam[],
  surveys: Surveys,
  depth: number,
  count: number,
): number[] {
  const step = Math.max(1, Math.floor(depth / CANDIDATES));
  const candidates: number[] = [];
  for (let z = Math.floor(step / 2); z < depth; z += step) candidates.push(z);
  const dark = darkest(surveys);
  const worth = seams.map((seam) => shares(candidates.map((z) => brightness(seam, z, surveys, dark))));
  const shown = seams.map(() => 0);
  const chosen = new Set<number>();
  while (chosen.size < Math.min(count, candidates.length)) {
    const next = mostGained(worth, shown, chosen, candidates.length);
    chosen.add(next);
    worth.forEach((shares, n) => {
      shown[n] = Math.max(shown[n]!, shares[next]!);
    });
  }
  return [...chosen].sort((a, b) => a - b).map((index) => candidates[index]!);
}

/** Of equal ones the middle one: specimens lie there. */
function mostGained(
  worth: readonly (readonly number[])[],
  shown: readonly number[],
  taken: ReadonlySet<number>,
  count: number,
): number {
  const gains = Array.from({ length: count }, (_, index) =>
    taken.has(index)
      ? -1
      : worth.reduce((sum, shares, n) => sum + Math.max(0, shares[index]! - shown[n]!), 0),
  );
  const most = Math.max(...gains) * (1 - 1e-9);
  const best = gains.flatMap((gain, index) => (gain >= most ? [index] : []));
  const middle = (count - 1) / 2;
  return best.reduce((a, b) => (Math.abs(b - middle) < Math.abs(a - middle) ? b : a));
}

/** Of the brighter values to the brightest: what a seam shows there. */
function shares(values: readonly number[]): number[] {
  const most = Math.max(...values);
  return values.map((value) => (most > 0 ? value / most : 0));
}

const darkest = (surveys: Surveys): number =>
  [...surveys.values()].flatMap(({ planeMeans }) => planeMeans).reduce((a, b) => Math.min(a, b), Infinity);

/** Of the darker tile; 0 where one of the planes is missing. One more than the mean, so that any plane beats none. */
function brightness(seam: Seam, z: number, surveys: Surveys, dark: number): number {
  const planes = PHASES.flatMap((phase) => [at(seam.a, phase, z, surveys), at(seam.b, phase, z, surveys)]);
  if (planes.some((mean) => mean === undefined)) return 0;
  return 1 + Math.min(...planes.map((mean) => mean! - dark));
}

/** Mean of the nearest plane that was surveyed. */
function at(tile: SeamTile, phase: Phase, z: number, surveys: Surveys): number | undefined {
  const plane = planeOf(tile, phase, z);
  const survey = surveys.get(tile.loc);
  if (plane === undefined || survey === undefined || survey.planes.length === 0) return undefined;
  const distance = (index: number): number => Math.abs(survey.planes[index]! - plane);
  const nearest = survey.planes.reduce(
    (best, _, index) => (distance(index) < distance(best) ? index : best),
    0,
  );
  return survey.planeMeans[nearest];
}
