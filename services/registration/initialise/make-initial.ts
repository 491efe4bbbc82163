/** Puts `initial.json` together: the volumes, the recipe, the first pose, and pictures of it. */

import { z } from 'zod';
import { writeFile } from '../../../shared/engine/files.ts';
import type { ObjectStore } from '../../../shared/engine/ports.ts';
import type { Json } from '../../../shared/engine/records.ts';
import type { StepFile } from '../../../shared/engine/step.ts';
import { invert } from '../../../shared/geometry/affine.ts';
import type { Orientation } from '../../../shared/geometry/orientation.ts';
import {
  type Initial,
  REGISTRATION_FOLDER,
  WORK_FOLDER,
} from '../../../shared/registration/files/registration-files.ts';
import type { Space } from '../../../shared/registration/files/space.ts';
import type { Grid } from '../../../shared/registration/grid.ts';
import { blockFor, blockMeans, type WeightedImage } from '../../../shared/registration/levels.ts';
import { type PreparedImages, prepareImages } from '../../../shared/registration/prepared-images.ts';
import { asLabels } from '../../../shared/registration/source/as-labels.ts';
import { copyVolume } from '../../../shared/registration/source/copy-volume.ts';
import { isArrayFile } from '../../../shared/registration/source/open-source.ts';
import { extentUm, type SourceVolume } from '../../../shared/registration/source/source-volume.ts';
import { openTeam } from '../../../shared/registration/team/team.ts';
import { teamKernels } from '../../../shared/registration/team/team-kernels.ts';
import { velocityGrid } from '../../../shared/registration/velocity-grid.ts';
import { cornerAffine, registrationState } from '../../../shared/registration/viewer-state.ts';
import { inlineLink, PUBLIC_VIEWER } from '../../../shared/viewer/link.ts';
import { PRECOMPUTED } from '../../../shared/viewer/source-url.ts';
import type { JobParameters } from '../../parameters.ts';
import { orientationsOf } from '../orientations.ts';
import { atlasUrls, checkSameFrame, openAtlas } from './atlas-volumes.ts';
import { type FoundPose, findPose } from './find-pose.ts';
import { putOverlays } from './put-overlays.ts';
import { readRecipe } from './read-recipe.ts';
import { type SampleVolume, sampleVolume } from './sample-volume.ts';

/** The level of the search (REGISTRATION section 6.2), and voxels along the longest side where the atlas is small. */
const SEARCH_UM = 400;
const SEARCH_VOXELS = 30;

function searchSpacing({ size, spacingUm }: Grid): number {
  const longest = Math.max(...size.map((count, axis) => count * spacingUm[axis]!));
  return Math.max(Math.max(...spacingUm), Math.min(SEARCH_UM, longest / SEARCH_VOXELS));
}

const viewFile: StepFile<Json> = {
  key: `${REGISTRATION_FOLDER}initial-view.json`,
  schema: z.custom<Json>((value) => value !== undefined),
};

export async function makeInitial(
  parameters: JobParameters,
  store: ObjectStore,
  source: ObjectStore,
): Promise<Initial> {
  const orientations = orientationsOf(parameters);
  const recipe = await readRecipe(parameters);
  // First what may lie elsewhere: a sample that is a file is copied.
  const urls = atlasUrls(parameters);
  const atlas = await openAtlas(urls.atlas, '--atlas');
  const parcellation = urls.parcellation
    ? asLabels(await openAtlas(urls.parcellation, '--parcellation'))
    : undefined;
  if (parcellation) checkSameFrame(atlas, parcellation);
  const sample = await sampleVolume(store, source, parameters);
  const missing = parameters.missingDataCorrection === 'false' ? 'none' : parameters.missingValue;
  const corrections = {
    grid: parameters.gridCorrection === 'true',
    bias:
      parameters.biasCorrection === 'true' ||
      (parameters.biasCorrection === 'auto' && parameters.preset === 'cloudreg'),
  };
  const sampleSpace = spaceOfSample(sample, orientations.sample);
  const extent = extentUm({ url: sample.url, scales: [{ ...sample, chunkSize: sample.sizeVoxels }] });
  const images = await prepareImages(sample.compared, atlas, {
    resolutionUm: recipe.levels.at(-1)!.spacingUm,
    missing,
    sampleExtentUm: extent,
    corrections,
  });
  const pose = await poseOf(images, orientations, parameters);
  const atlasSpace = await spaceOf(atlas, orientations.atlas, store, 'atlas');
  const regions = parcellation && (await spaceOf(parcellation, orientations.atlas, store, 'parcellation'));
  const toSample = invert(pose.toAtlas);
  const overlays = await putOverlays(store, images, pose, {
    sample: sampleSpace,
    atlas: atlasSpace,
    parcellation,
  });
  const view = registrationState(sampleSpace, [
    { name: 'sample', url: sampleSpace.imageUrl, format: sampleSpace.imageFormat, type: 'image' },
    {
      name: 'atlas',
      url: atlasSpace.imageUrl,
      format: atlasSpace.imageFormat,
      type: 'image',
      affineUm: cornerAffine(toSample, atlasSpace, sampleSpace),
    },
  ]);
  await writeFile(store, viewFile, view);
  return {
    format: 'cloudreg-initial/1',
    sample: sampleSpace,
    atlas: atlasSpace,
    parcellation: regions ?? null,
    sampleImageUrl: sample.compared.url,
    missingValue: missing,
    corrections,
    ontologyUrl: urls.ontology ?? null,
    recipe,
    how: pose.how,
    toAtlas: pose.toAtlas,
    toSample,
    residual: pose.residual,
    runnerUpResidual: pose.runnerUpResidual,
    mirrorResidual: pose.mirror.residual,
    notes: [
      ...statedNotes('sample', sample.compared, orientations.sample),
      ...statedNotes('atlas', atlas, orientations.atlas),
      ...pose.notes,
      ...overlays.notes,
    ],
    overlay: overlays.overlay,
    mirrorOverlay: overlays.mirrorOverlay,
    viewerState: viewFile.key,
    viewerLink: [sampleSpace, atlasSpace].some(({ imageUrl }) => imageUrl.startsWith('file:'))
      ? null
      : inlineLink(PUBLIC_VIEWER, view),
  };
}

async function poseOf(
  { sample, atlas }: PreparedImages,
  orientations: ReturnType<typeof orientationsOf>,
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

const spaceOfSample = (
  { url, imageUrl, imageFormat, sizeVoxels, voxelSizeUm, offsetUm }: SampleVolume,
  orientation: Orientation,
): Space => ({
  url,
  imageUrl,
  imageFormat,
  sizeVoxels: [...sizeVoxels],
  voxelSizeUm: [...voxelSizeUm],
  offsetUm: [...offsetUm],
  orientation: orientation.join(''),
});

/** Files are copied, so that tasks can read parts of them. */
async function spaceOf(
  volume: SourceVolume,
  orientation: Orientation,
  store: ObjectStore,
  name: 'atlas' | 'parcellation',
): Promise<Space> {
  const imageUrl = isArrayFile(volume.url)
    ? await copyVolume(volume, store, `${WORK_FOLDER}${name}`, name === 'parcellation')
    : volume.url;
  const { sizeVoxels, voxelSizeUm } = volume.scales[0]!;
  const { url, offsetUm, format: imageFormat = PRECOMPUTED } = volume;
  const place = { url, imageUrl, imageFormat, sizeVoxels, voxelSizeUm, offsetUm };
  return spaceOfSample({ ...place, compared: volume }, orientation);
}

function statedNotes(name: string, { statedOrientation, url }: SourceVolume, given: Orientation): string[] {
  if (statedOrientation === undefined || statedOrientation.join() === given.join()) return [];
  return [
    `The ${name} ${url} says of itself that it is ${statedOrientation.join('')}; it was taken as ${given.join('')}, as was asked.`,
  ];
}
