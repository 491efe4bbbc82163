/** Rows 8, 9 and 19: the template against itself, under an affine map, and with a wrong orientation. */
import {
  type Affine,
  apply,
  compose,
  IDENTITY,
  invert,
  linear,
  rotation,
  scaling,
  translation,
} from '../../shared/geometry/affine.ts';
import { boxAt, type Vec3 } from '../../shared/geometry/box.ts';
import { parseOrientation, reorientationMatrix } from '../../shared/geometry/orientation.ts';
import { seededRandom } from '../../shared/numerics/random.ts';
import { mean, quantile } from '../../shared/numerics/statistics.ts';
import { mirrored, searchPose } from '../../shared/registration/first-pose.ts';
import { centredGrid } from '../../shared/registration/grid.ts';
import { prepareSample, standardise } from '../../shared/registration/intensities.ts';
import { type RegistrationMap, toAtlasCentred } from '../../shared/registration/map.ts';
import { RECOMMENDED, type Recipe } from '../../shared/registration/recipe.ts';
import { loadLevel } from '../../shared/registration/source/load-level.ts';
import { openSource } from '../../shared/registration/source/open-source.ts';
import { openTeam } from '../../shared/registration/team/team.ts';
import { teamKernels } from '../../shared/registration/team/team-kernels.ts';
import { velocityGrid } from '../../shared/registration/velocity-grid.ts';
import { atLeast, atMost, type Figure } from '../placement/figure.ts';
import { atlasPath, dataPath, readGroups } from './data.ts';
import { ATLAS_ORIENTATION, coarse, openScene, registerScene, type Scene } from './registered.ts';
import { resampled } from './resampled.ts';
import { diceOf, warpLabels } from './score.ts';

/** What the bounds of rows 8 and 9 were measured with. */
const PROTOTYPE: Recipe = {
  ...RECOMMENDED,
  levels: [
    { spacingUm: 400, rounds: 3 },
    { spacingUm: 200, rounds: 3 },
    { spacingUm: 100, rounds: 2 },
  ],
  iterations: 12,
  memory: 10,
};
const SCHEDULES = { '3, 3, 2 rounds of 12': PROTOTYPE, 'the default': RECOMMENDED };

/** The default's stand beside those that have the bound. */
const besides = (recipe: Recipe, figure: Figure): Figure =>
  recipe === PROTOTYPE ? figure : { ...figure, bound: 'reported', held: true };

const PLACES = 2000;

export async function* knownFigures(): AsyncGenerator<Figure> {
  const template = await loadLevel(await openSource(atlasPath('average_template_100.nrrd')), {
    resolutionUm: 100,
    missing: 'none',
  });
  const atlas = standardise(template);
  const size = atlas.grid.size;
  const extent: Vec3 = [size[0] * 100, size[1] * 100, size[2] * 100];
  const tissue = await tissueOf();
  for (const [schedule, recipe] of Object.entries(SCHEDULES)) {
    const scene: Scene = {
      name: 'identity',
      images: { sample: prepareSample(template), atlas },
      orientations: { sample: ATLAS_ORIENTATION, atlas: ATLAS_ORIENTATION },
      sampleExtentUm: extent,
      atlasExtentUm: extent,
    };
    const { map } = await registerScene(scene, recipe, 1);
    const { groups } = await warpLabels(map, size, [100, 100, 100]);
    const moved = mean(errorsOf(map, IDENTITY, tissue.places));
    const { min } = diceOf(groups, tissue.groups);
    yield besides(recipe, atMost(`8  identity, ${schedule}, mean um`, moved, 10, 1));
    yield besides(recipe, atLeast(`8  identity, ${schedule}, least Dice`, min, 0.99, 4));
  }
  const toSample = knownAffine();
  const grid = centredGrid([140, 150, 110], [100, 100, 100]);
  const seen = resampled(template, grid, invert(toSample));
  const scene: Scene = {
    name: 'known affine',
    images: { sample: prepareSample({ ...seen, weights: seen.weights.map(() => 1) }), atlas },
    orientations: { sample: parseOrientation('LPS'), atlas: ATLAS_ORIENTATION },
    sampleExtentUm: [14_000, 15_000, 11_000],
    atlasExtentUm: extent,
  };
  for (const [schedule, recipe] of Object.entries(SCHEDULES)) {
    const { map } = await registerScene(scene, recipe, 1);
    const errors = errorsOf(map, toSample, tissue.places);
    yield besides(recipe, atMost(`9  known affine, ${schedule}, mean um`, mean(errors), 28, 1));
    yield besides(recipe, atMost(`9  known affine, ${schedule}, 95 % um`, quantile(errors, 0.95), 80, 1));
  }
}

/** 10 degrees about two axes, 1.1 times as large, 800, -300 and 200 um away. */
function knownAffine(): Affine {
  const turned = linear(reorientationMatrix(ATLAS_ORIENTATION, parseOrientation('LPS')));
  const shape = compose(scaling([1.1, 1.1, 1.1]), compose(rotation([10, 10, 0]), turned));
  return compose(translation([800, -300, 200]), shape);
}

/** Random places in voxels with a coarse group, centred um, and the groups of all voxels. */
async function tissueOf(): Promise<{ places: Vec3[]; groups: Uint8Array }> {
  const annotation = await openSource(atlasPath('annotation_100.nrrd'));
  const [nx, ny, nz] = annotation.scales[0]!.sizeVoxels;
  const { of } = readGroups();
  const ids = await annotation.read(0, boxAt([0, 0, 0], [nx, ny, nz]));
  const groups = Uint8Array.from(ids as ArrayLike<number>, of);
  const random = seededRandom(8);
  const places: Vec3[] = [];
  while (places.length < PLACES) {
    const [x, y, z] = [random() * nx, random() * ny, random() * nz];
    if (groups[Math.floor(x) + nx * (Math.floor(y) + ny * Math.floor(z))] === 0) continue;
    places.push([(x - nx / 2) * 100, (y - ny / 2) * 100, (z - nz / 2) * 100]);
  }
  return { places, groups };
}

const errorsOf = (map: RegistrationMap, toSample: Affine, places: readonly Vec3[]): number[] =>
  places.map((place) => {
    const found = toAtlasCentred(map, apply(toSample, place));
    return Math.hypot(found[0] - place[0], found[1] - place[1], found[2] - place[2]);
  });

/** Given PIL in place of PIR, the mirror image of the start is right: it must fit as well or better. */
export async function* mirrorFigures(): AsyncGenerator<Figure> {
  const wrong = parseOrientation('PIL');
  const { images } = await openScene(dataPath('pair1.nrrd'), wrong);
  const [sample, atlas] = [coarse(images.sample), coarse(images.atlas)];
  const velocity = velocityGrid(atlas.grid, 800);
  const team = await openTeam(1);
  const kernels = teamKernels(team, velocity, { lengthUm: 900, power: 2 });
  const residual = (orientation: typeof wrong): number =>
    searchPose({ kernels, sample, atlas, velocity }, { sample: orientation, atlas: ATLAS_ORIENTATION })
      .residual;
  yield atMost(
    '19 PIL for PIR, residual of its mirror image over it',
    residual(mirrored(wrong)) / residual(wrong),
    1.05,
    3,
  );
  await team.close();
}
