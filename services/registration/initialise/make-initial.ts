/** Puts `initial.json` together: the volumes, the recipe, the first pose, and pictures of it. */
import type { ObjectStore } from '../../../shared/engine/ports.ts';
import { invert } from '../../../shared/geometry/affine.ts';
import type { Orientation } from '../../../shared/geometry/orientation.ts';
import type { Initial } from '../../../shared/registration/files/registration-files.ts';
import type { Orientations } from '../../../shared/registration/first-pose.ts';
import type { Grid } from '../../../shared/registration/grid.ts';
import { blockFor, blockMeans, type WeightedImage } from '../../../shared/registration/levels.ts';
import {
  type ImageWishes,
  type PreparedImages,
  prepareImages,
} from '../../../shared/registration/prepared-images.ts';
import { extentUm, type SourceVolume } from '../../../shared/registration/source/source-volume.ts';
import { openTeam } from '../../../shared/registration/team/team.ts';
import { teamKernels } from '../../../shared/registration/team/team-kernels.ts';
import { velocityGrid } from '../../../shared/registration/velocity-grid.ts';
import type { JobParameters } from '../../parameters.ts';
import { orientationsOf } from '../orientations.ts';
import { atlasUrls } from './atlas-volumes.ts';
import { type FoundPose, findPose } from './find-pose.ts';
import { putOverlays } from './put-overlays.ts';
import { putView } from './put-view.ts';
import { readRecipe } from './read-recipe.ts';
import { openVolumes, type RegisteredVolumes, spacesOf } from './registered-volumes.ts';

/** The level of the search (REGISTRATION section 6.2), and voxels along the longest side where the atlas is small. */
const SEARCH_UM = 400;
const SEARCH_VOXELS = 30;

export async function makeInitial(
  parameters: JobParameters,
  store: ObjectStore,
  source: ObjectStore,
): Promise<Initial> {
  const orientations = orientationsOf(parameters);
  const recipe = await readRecipe(parameters);
  const volumes = await openVolumes(parameters, store, source);
  const wishes = wishesOf(parameters);
  const images = await imagesOf(volumes, recipe.levels.at(-1)!.spacingUm, wishes);
  const pose = await poseOf(images, orientations, parameters);
  const spaces = await spacesOf(volumes, orientations, store);
  const { parcellation } = volumes;
  const { notes, ...overlays } = await putOverlays(store, images, pose, { ...spaces, parcellation });
  const toSample = invert(pose.toAtlas);
  return {
    format: 'cloudreg-initial/1',
    sample: spaces.sample,
    atlas: spaces.atlas,
    parcellation: spaces.parcellation ?? null,
    sampleImageUrl: volumes.sample.compared.url,
    missingValue: wishes.missing,
    corrections: wishes.corrections,
    ontologyUrl: atlasUrls(parameters).ontology ?? null,
    recipe,
    how: pose.how,
    toAtlas: pose.toAtlas,
    toSample,
    residual: pose.residual,
    runnerUpResidual: pose.runnerUpResidual,
    mirrorResidual: pose.mirror.residual,
    notes: [...orientationNotes(volumes, orientations), ...pose.notes, ...notes],
    ...overlays,
    ...(await putView(store, spaces, toSample)),
  };
}

type Wishes = Pick<ImageWishes, 'missing' | 'corrections'>;

function wishesOf(parameters: JobParameters): Wishes {
  const { preset, missingDataCorrection, missingValue, gridCorrection, biasCorrection } = parameters;
  return {
    missing: missingDataCorrection === 'false' ? 'none' : missingValue,
    corrections: {
      grid: gridCorrection === 'true',
      bias: biasCorrection === 'true' || (biasCorrection === 'auto' && preset === 'cloudreg'),
    },
  };
}

function imagesOf(
  { sample, atlas }: RegisteredVolumes,
  resolutionUm: number,
  wishes: Wishes,
): Promise<PreparedImages> {
  const scales = [{ ...sample, chunkSize: sample.sizeVoxels }];
  const sampleExtentUm = extentUm({ url: sample.url, scales });
  return prepareImages(sample.compared, atlas, { resolutionUm, sampleExtentUm, ...wishes });
}

async function poseOf(
  { sample, atlas }: PreparedImages,
  orientations: Orientations,
  parameters: JobParameters,
): Promise<FoundPose> {
  const searchUm = searchSpacing(atlas.grid);
  const coarse = (image: WeightedImage): WeightedImage => blockMeans(image, blockFor(image.grid, searchUm));
  // Nothing bends yet: any grid will do.
  const velocity = velocityGrid(atlas.grid, 2 * SEARCH_UM);
  const team = await openTeam(1);
  try {
    const kernels = teamKernels(team, velocity, { lengthUm: SEARCH_UM, power: 2 });
    const images = { kernels, sample: coarse(sample), atlas: coarse(atlas), velocity };
    return findPose(images, orientations, parameters);
  } finally {
    await team.close();
  }
}

function searchSpacing({ size, spacingUm }: Grid): number {
  const longest = Math.max(...size.map((count, axis) => count * spacingUm[axis]!));
  return Math.max(Math.max(...spacingUm), Math.min(SEARCH_UM, longest / SEARCH_VOXELS));
}

const orientationNotes = ({ sample, atlas }: RegisteredVolumes, orientations: Orientations): string[] => [
  ...statedNotes('sample', sample.compared, orientations.sample),
  ...statedNotes('atlas', atlas, orientations.atlas),
];

function statedNotes(name: string, { statedOrientation, url }: SourceVolume, given: Orientation): string[] {
  if (statedOrientation === undefined || statedOrientation.join() === given.join()) return [];
  return [
    `The ${name} ${url} says of itself that it is ${statedOrientation.join('')}; it was taken as ${given.join('')}, as was asked.`,
  ];
}
