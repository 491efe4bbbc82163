/** What TeraStitcher measured, as pairs that placement can use (STITCHING section 9). */
import type {
  AxisDisplacement,
  Displacement,
  TeraStitcherProject,
  TeraStitcherStack,
} from '../../../shared/formats/terastitcher/project.ts';
import { axes, type Triple } from '../axes.ts';
import type { Candidate } from '../pairs.ts';
import type { MeasuredPair } from '../placement/place-tiles.ts';
import type { GridTile } from '../placement/tile-grid.ts';

/** TeraStitcher measures whole voxels. */
const VARIANCE = 0.4 ** 2;
const LEAST_SEARCH: Triple = [8, 8, 3];

interface Neighbours {
  readonly axis: 'x' | 'y';
  readonly a: TeraStitcherStack;
  readonly b: TeraStitcherStack;
  /** One for each layer in z, and at least one. */
  readonly layers: readonly Displacement[];
}

/**
 * Until `placetiles` has run, positions are the stage's, whatever was measured. So wherever an offset differs from the
 * stage's, it is asked which of the two the positions are closer to; most answers count, for positions are rounded.
 */
export function isPlaced(project: TeraStitcherProject): boolean {
  const answers = neighboursOf(project).flatMap(({ a, b, layers }) =>
    layers.flatMap((layer) =>
      axes((axis) => {
        const placed = b.position[axis] - a.position[axis];
        const { offset, nominal } = layer[axis];
        return Math.sign(Math.abs(placed - nominal) - Math.abs(placed - offset));
      }),
    ),
  );
  return answers.reduce((sum, answer) => sum + answer, 0) >= 0;
}

/** Pairs of these tiles; where an axis is not reliable at all a pair has no candidate. */
export function measuredPairs(project: TeraStitcherProject, tiles: readonly GridTile[]): MeasuredPair[] {
  const tileAt = new Map(tiles.map((tile) => [`${tile.row} ${tile.column}`, tile]));
  return neighboursOf(project).flatMap(({ axis, a, b, layers }) => {
    const [from, to] = [tileAt.get(`${a.row} ${a.column}`), tileAt.get(`${b.row} ${b.column}`)];
    if (from === undefined || to === undefined) return [];
    const [x, y, z] = axes((i) => to.nominal[i] - from.nominal[i]);
    return {
      ...{ a: from.loc, b: to.loc, axis },
      nominal: [x, y, z] satisfies Triple,
      candidates: candidatesOf(layers),
      layers: [],
      atSearchBorder: false,
    };
  });
}

/** Voxels around the nominal offset that TeraStitcher searched. */
export function searchOf(project: TeraStitcherProject): Triple {
  const layers = neighboursOf(project).flatMap((neighbours) => neighbours.layers);
  return axes((axis) =>
    layers.reduce((most, layer) => Math.max(most, layer[axis].search), LEAST_SEARCH[axis]),
  );
}

function neighboursOf({ stacks }: TeraStitcherProject): Neighbours[] {
  const stackAt = new Map(stacks.map((stack) => [`${stack.row} ${stack.column}`, stack]));
  const towards = (axis: 'x' | 'y', a: TeraStitcherStack): Neighbours[] => {
    const b = stackAt.get(axis === 'x' ? `${a.row} ${a.column + 1}` : `${a.row + 1} ${a.column}`);
    const layers = axis === 'x' ? a.east : a.south;
    return b === undefined || layers.length === 0 ? [] : [{ axis, a, b, layers }];
  };
  return stacks.flatMap((stack) => [...towards('x', stack), ...towards('y', stack)]);
}

/** On each axis the layer that is most reliable there, as TeraStitcher projects layers; the least axis decides. */
function candidatesOf(layers: readonly Displacement[]): Candidate[] {
  const best = axes((axis) => layers.map((layer) => layer[axis]).reduce(moreReliable));
  const reliability = Math.min(...best.map((axis) => axis.reliability));
  if (reliability <= 0) return [];
  const peak = Math.min(...best.map((axis) => axis.peak));
  return [
    {
      offset: [best[0].offset, best[1].offset, best[2].offset],
      covariance: [
        [VARIANCE, 0, 0],
        [0, VARIANCE, 0],
        [0, 0, VARIANCE],
      ],
      ...{ rho: peak, ncc: peak },
      // TeraStitcher has no such figures; reliability says it all.
      ...{ T: 0, textureT: 0, score: 0 },
      reliability: Math.min(1, reliability),
    },
  ];
}

const moreReliable = (a: AxisDisplacement, b: AxisDisplacement): AxisDisplacement =>
  b.reliability > a.reliability ? b : a;
