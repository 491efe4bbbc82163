/** Row 10: the search for a first pose, from anywhere. */
import {
  type Affine,
  apply,
  compose,
  invert,
  rotation,
  scaling,
  translation,
} from '../../shared/geometry/affine.ts';
import type { Vec3 } from '../../shared/geometry/box.ts';
import { parseOrientation } from '../../shared/geometry/orientation.ts';
import { seededRandom } from '../../shared/numerics/random.ts';
import { mean } from '../../shared/numerics/statistics.ts';
import type { Grid } from '../../shared/registration/grid.ts';
import { searchInitial } from '../../shared/registration/initial-search.ts';
import { openTeam } from '../../shared/registration/team/team.ts';
import { teamKernels } from '../../shared/registration/team/team-kernels.ts';
import { velocityGrid } from '../../shared/registration/velocity-grid.ts';
import { atLeast, atMost, type Figure } from '../placement/figure.ts';
import { dataPath, readTruth } from './data.ts';
import { coarse, openScene } from './registered.ts';
import { reported } from './reported.ts';
import { resampled } from './resampled.ts';

const POSES = 20;
const CLOSE_UM = 700;

export async function* poseFigures(): AsyncGenerator<Figure> {
  const random = seededRandom(10);
  const errors: number[] = [];
  const seconds: number[] = [];
  for (let i = 0; i < POSES; i++) {
    const { error, cpuSeconds } = await searchFrom(`pair${(i % 3) + 1}`, anyPose(random));
    errors.push(error);
    seconds.push(cpuSeconds);
  }
  yield atLeast(
    `10 poses of ${POSES} below ${CLOSE_UM} um`,
    errors.filter((um) => um < CLOSE_UM).length,
    19,
    0,
  );
  yield reported('10 the worst of them, um', Math.max(...errors), 0);
  yield atMost('10 CPU seconds of one search, mean', mean(seconds), 2, 2);
}

/** 20 degrees about each axis, 0.75 to 1.3 times as large, 1.5 mm away. */
function anyPose(random: () => number): Affine {
  const signed = (most: number): number => most * (2 * random() - 1);
  const scale = 0.75 + 0.55 * random();
  const turn = rotation([signed(20), signed(20), signed(20)]);
  return compose(
    translation([signed(1500), signed(1500), signed(1500)]),
    compose(scaling([scale, scale, scale]), turn),
  );
}

/** Of 400 um, about the turned box of the sample. */
function gridAround([x, y, z]: Vec3, pose: Affine): Grid {
  const corners = [0, 1, 2, 3, 4, 5, 6, 7].map((corner) =>
    apply(pose, [(corner & 1 ? x : -x) / 2, (corner & 2 ? y : -y) / 2, (corner & 4 ? z : -z) / 2]),
  );
  const size = (axis: 0 | 1 | 2): number => {
    const places = corners.map((corner) => corner[axis]);
    return Math.ceil((Math.max(...places) - Math.min(...places)) / 400);
  };
  const origin = (axis: 0 | 1 | 2): number => Math.min(...corners.map((corner) => corner[axis])) + 200;
  return {
    size: [size(0), size(1), size(2)],
    spacingUm: [400, 400, 400],
    originUm: [origin(0), origin(1), origin(2)],
  };
}

async function searchFrom(name: string, pose: Affine): Promise<{ error: number; cpuSeconds: number }> {
  const { orientation, landmarks } = readTruth(dataPath(name));
  const scene = await openScene(dataPath(`${name}.nrrd`), parseOrientation(orientation));
  const [sample, atlas] = [coarse(scene.images.sample), coarse(scene.images.atlas)];
  const posed = resampled(sample, gridAround(scene.sampleExtentUm, pose), invert(pose));
  const velocity = velocityGrid(atlas.grid, 800);
  const team = await openTeam(1);
  const kernels = teamKernels(team, velocity, { lengthUm: 900, power: 2 });
  const cpu = process.cpuUsage();
  const [best] = searchInitial(kernels, posed, atlas, velocity, scene.orientations);
  const { user, system } = process.cpuUsage(cpu);
  await team.close();
  const half = (extent: Vec3, point: Vec3): Vec3 => [
    point[0] - extent[0] / 2,
    point[1] - extent[1] / 2,
    point[2] - extent[2] / 2,
  ];
  const distances = landmarks
    .filter(({ isInDamage }) => !isInDamage)
    .map((landmark) => {
      const found = apply(best!.toAtlas, apply(pose, half(scene.sampleExtentUm, landmark.sample)));
      const truth = half(scene.atlasExtentUm, landmark.atlas);
      return Math.hypot(found[0] - truth[0], found[1] - truth[1], found[2] - truth[2]);
    });
  return { error: mean(distances), cpuSeconds: (user + system) / 1e6 };
}
