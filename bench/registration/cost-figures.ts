/** Rows 15 and 16: threads, memory, and a level of 50 um. */
import { parseOrientation } from '../../shared/geometry/orientation.ts';
import { toAtlas } from '../../shared/registration/map.ts';
import { FAST, RECOMMENDED } from '../../shared/registration/recipe.ts';
import { atMost, type Figure } from '../placement/figure.ts';
import { dataPath, readTruth } from './data.ts';
import { judge } from './pair-figures.ts';
import { openScene, registerScene } from './registered.ts';
import { reported } from './reported.ts';
import { doubled } from './resampled.ts';
import { errorsInAtlas } from './score.ts';

const peakMiB = (): number => process.resourceUsage().maxRSS / 1024;

/** 400 MB. */
const MOST_MIB = 381;

/** To be run first: a process's peak never falls again. */
export async function* memoryFigures(): AsyncGenerator<Figure> {
  await judge(dataPath('pair1'), FAST);
  yield atMost('15 pair1, fast, one thread, peak memory MiB', peakMiB(), MOST_MIB, 0);
}

/** Of `fast`, a round of each kind at 100 um: short, so that one of several turns meets a quiet moment. */
const TURN = { ...FAST, levels: FAST.levels.slice(-2).map((level) => ({ ...level, rounds: 1 })) };
const TURNS = 5;

export async function* threadFigures(): AsyncGenerator<Figure> {
  const least = { 1: Number.POSITIVE_INFINITY, 2: Number.POSITIVE_INFINITY };
  let cores = 0;
  for (let turn = 0; turn < TURNS; turn++)
    for (const threads of [1, 2] as const) {
      const { wallSeconds, cpuSeconds } = (await judge(dataPath('pair1'), TURN, threads)).registered;
      least[threads] = Math.min(least[threads], wallSeconds);
      cores = Math.max(cores, cpuSeconds / wallSeconds);
    }
  yield atMost('15 pair1, 100 um, wall of 2 threads over 1', least[2] / least[1], 0.62, 3);
  yield reported('15 pair1, cores that 2 threads were given, at most', cores, 2);
}

/** Rounds of the level that the recipe has not. */
const FINE_LEVEL = { spacingUm: 50, rounds: 2 };

export async function* fineFigures(): AsyncGenerator<Figure> {
  const { orientation, landmarks } = readTruth(dataPath('pair1'));
  const scene = await openScene(dataPath('pair1.nrrd'), parseOrientation(orientation));
  const errors = (map: Parameters<typeof toAtlas>[0]): number =>
    errorsInAtlas((point) => toAtlas(map, point), landmarks).mean;
  const fine = { ...scene, images: { ...scene.images, sample: doubled(scene.images.sample) } };
  const recipe = { ...RECOMMENDED, levels: [...RECOMMENDED.levels, FINE_LEVEL] };
  // Before the coarse one: what that leaves behind is none of this one's memory.
  const registered = await registerScene(fine, recipe, 1);
  yield atMost('16 pair1 at 50 um, peak memory MiB', peakMiB(), 1200, 0);
  const coarse = errors((await registerScene(scene, RECOMMENDED, 1)).map);
  yield atMost('16 pair1 at 50 um, mean um less that at 100 um', errors(registered.map) - coarse, 3, 1);
  yield reported('16 pair1 at 50 um, CPU seconds', registered.cpuSeconds, 0);
}
