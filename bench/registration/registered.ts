/** A sample brought onto the atlas as `cloudreg register` does it, without its files. */
import type { Affine } from '../../shared/geometry/affine.ts';
import type { Vec3 } from '../../shared/geometry/box.ts';
import { type Orientation, parseOrientation } from '../../shared/geometry/orientation.ts';
import { startAt } from '../../shared/registration/checkpoint.ts';
import { type Orientations, searchPose } from '../../shared/registration/first-pose.ts';
import { type Fitted, fitFinished } from '../../shared/registration/fitted.ts';
import type { Grid } from '../../shared/registration/grid.ts';
import { blockFor, blockMeans, type WeightedImage } from '../../shared/registration/levels.ts';
import type { RegistrationMap } from '../../shared/registration/map.ts';
import { prepareImages } from '../../shared/registration/prepared-images.ts';
import type { Recipe } from '../../shared/registration/recipe.ts';
import { type RoundReport, register } from '../../shared/registration/register.ts';
import { openSource } from '../../shared/registration/source/open-source.ts';
import { extentUm } from '../../shared/registration/source/source-volume.ts';
import { openTeam } from '../../shared/registration/team/team.ts';
import { teamKernels } from '../../shared/registration/team/team-kernels.ts';
import { velocityGrid } from '../../shared/registration/velocity-grid.ts';
import { atlasPath } from './data.ts';

export interface Scene {
  readonly name: string;
  readonly images: { readonly sample: WeightedImage; readonly atlas: WeightedImage };
  readonly orientations: Orientations;
  readonly sampleExtentUm: Vec3;
  readonly atlasExtentUm: Vec3;
}

export interface Registered {
  readonly map: RegistrationMap;
  readonly firstPose: Affine;
  readonly fitted: Fitted;
  readonly velocity: Grid;
  readonly rounds: readonly RoundReport[];
  /** Of search and rounds, without reading. */
  readonly cpuSeconds: number;
  readonly wallSeconds: number;
}

export const ATLAS_ORIENTATION = parseOrientation('PIR');

/** A sample's file against the Allen template at 100 um. */
export async function openScene(path: string, orientation: Orientation, name = path): Promise<Scene> {
  const [sample, atlas] = [await openSource(path), await openSource(atlasPath('average_template_100.nrrd'))];
  const wishes = { resolutionUm: 100, missing: 0, corrections: { grid: false, bias: false } };
  return {
    name,
    images: await prepareImages(sample, atlas, { ...wishes, sampleExtentUm: extentUm(sample) }),
    orientations: { sample: orientation, atlas: ATLAS_ORIENTATION },
    sampleExtentUm: extentUm(sample),
    atlasExtentUm: extentUm(atlas),
  };
}

export async function registerScene(scene: Scene, recipe: Recipe, threads: number): Promise<Registered> {
  const [cpu, wall] = [process.cpuUsage(), performance.now()];
  const { sample, atlas } = scene.images;
  const velocity = velocityGrid(atlas.grid, recipe.velocitySpacingUm);
  const team = await openTeam(threads);
  try {
    const kernels = teamKernels(team, velocity, { lengthUm: recipe.smoothnessUm, power: recipe.power });
    const pose = searchPose(
      { kernels, sample: coarse(sample), atlas: coarse(atlas), velocity },
      scene.orientations,
    );
    const problem = { kernels, sample, atlas, velocity, recipe };
    const rounds: RoundReport[] = [];
    const onRound = (report: RoundReport): void => void rounds.push(report);
    const end = await register(problem, startAt(pose.toAtlas, recipe), { onRound });
    const { user, system } = process.cpuUsage(cpu);
    const wallSeconds = (performance.now() - wall) / 1000;
    const fitted = fitFinished(problem, end);
    const { sampleExtentUm, atlasExtentUm } = scene;
    return {
      map: { toAtlas: end.toAtlas, grid: velocity, u: fitted.u, sampleExtentUm, atlasExtentUm },
      firstPose: pose.toAtlas,
      fitted,
      velocity,
      rounds,
      cpuSeconds: (user + system) / 1e6,
      wallSeconds,
    };
  } finally {
    await team.close();
  }
}

const SEARCH_UM = 400;

export const coarse = (image: WeightedImage): WeightedImage =>
  blockMeans(image, blockFor(image.grid, SEARCH_UM));
