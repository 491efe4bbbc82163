/** Rows 1 to 7, 12, 18 of REGISTRATION section 10, and pairs of other seeds: landmarks, regions, folding, ways back. */
import type { Vec3 } from '../../shared/geometry/box.ts';
import { parseOrientation } from '../../shared/geometry/orientation.ts';
import { centredGrid } from '../../shared/registration/grid.ts';
import { determinantsAtNodes, determinantsOn, spreadOf } from '../../shared/registration/jacobian.ts';
import { toAtlas } from '../../shared/registration/map.ts';
import { FAST, RECOMMENDED } from '../../shared/registration/recipe.ts';
import { atLeast, atMost, type Figure } from '../placement/figure.ts';
import { dataPath, type Landmark, readTruth } from './data.ts';
import { openScene, type Registered, registerScene } from './registered.ts';
import {
  diceOf,
  errorsInAtlas,
  errorsInSample,
  type LandmarkErrors,
  roundTripUm,
  trueGroups,
  warpLabels,
} from './score.ts';

interface PairBounds {
  readonly mean: number;
  readonly p95: number;
  readonly allMean?: number;
  readonly toSample: number;
  readonly fast: number;
  readonly dice: { readonly mean: number; readonly min: number };
}

const PAIRS: Readonly<Record<string, PairBounds>> = {
  pair1: { mean: 23, p95: 86, toSample: 24, fast: 35, dice: { mean: 0.978, min: 0.945 } },
  pair2: { mean: 32, p95: 106, toSample: 32, fast: 44, dice: { mean: 0.963, min: 0.9 } },
  pair3: { mean: 78, p95: 305, allMean: 150, toSample: 87, fast: 82, dice: { mean: 0.931, min: 0.76 } },
};

/** A pair registered, with what it is measured by. */
export interface JudgedPair {
  readonly registered: Registered;
  readonly landmarks: readonly Landmark[];
  readonly errors: LandmarkErrors;
}

export async function judge(pair: string, recipe = RECOMMENDED, threads = 1): Promise<JudgedPair> {
  const { orientation, landmarks } = readTruth(pair);
  const scene = await openScene(`${pair}.nrrd`, parseOrientation(orientation));
  const registered = await registerScene(scene, recipe, threads);
  const errors = errorsInAtlas((point: Vec3) => toAtlas(registered.map, point), landmarks);
  return { registered, landmarks, errors };
}

export async function* pairFigures(): AsyncGenerator<Figure> {
  for (const [name, bounds] of Object.entries(PAIRS)) {
    const { registered, landmarks, errors } = await judge(dataPath(name));
    const row = `${name.at(-1)}  ${name}`;
    yield atMost(`${row}, to atlas, mean um`, errors.mean, bounds.mean, 1);
    yield atMost(`${row}, to atlas, 95 % um`, errors.p95, bounds.p95, 1);
    if (bounds.allMean)
      yield atMost(`${row}, damaged places too, mean um`, errors.allMean, bounds.allMean, 1);
    const truth = await trueGroups(dataPath(name));
    const labels = await warpLabels(registered.map, truth.size, truth.voxelSizeUm);
    const dice = diceOf(labels.groups, truth.groups);
    yield atLeast(`${row}, Dice, mean`, dice.mean, bounds.dice.mean, 4);
    yield atLeast(`${row}, Dice, least`, dice.min, bounds.dice.min, 4);
    yield atMost(
      `4  ${name}, to sample, mean um`,
      errorsInSample(registered.map, landmarks).mean,
      bounds.toSample,
      1,
    );
    yield* foldingFigures(name, registered);
    yield atMost(`7  ${name}, atlas to sample and back, um`, roundTripUm(registered.map, landmarks), 1, 4);
    yield atMost(`18 ${name}, voxels with ids of nothing`, labels.strangers, 0, 0);
    yield seconds(`15 ${name}`, registered);
  }
}

export async function* fastFigures(): AsyncGenerator<Figure> {
  for (const [name, bounds] of Object.entries(PAIRS)) {
    const { registered, errors } = await judge(dataPath(name), FAST);
    yield atMost(`4b ${name}, preset fast, mean um`, errors.mean, bounds.fast, 1);
    yield seconds(`   ${name}, preset fast`, registered);
  }
}

const seconds = (what: string, { cpuSeconds, wallSeconds }: Registered): Figure => ({
  what: `${what}, CPU seconds (wall)`,
  measured: `${cpuSeconds.toFixed(1)} (${wallSeconds.toFixed(1)})`,
  bound: "<= 95 on the spec's machine",
  held: cpuSeconds <= 95,
});

function* foldingFigures(name: string, { map, velocity }: Registered): Generator<Figure> {
  const nodes = spreadOf(determinantsAtNodes(map.u, velocity));
  const [x, y, z] = map.atlasExtentUm;
  const fine = centredGrid([Math.round(x / 100), Math.round(y / 100), Math.round(z / 100)], [100, 100, 100]);
  const between = spreadOf(determinantsOn(fine, map.u, velocity));
  yield atLeast(`6  ${name}, least det of the backward map, nodes`, nodes.min, 0.2, 3);
  yield atLeast(`6  ${name}, the same on a 100 um grid`, between.min, 0.2, 3);
  // The forward map's determinant is one over the backward map's.
  yield atLeast(`6  ${name}, least det of the forward map`, 1 / Math.max(nodes.max, between.max), 0.2, 3);
}
