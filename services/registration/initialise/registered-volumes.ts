/** The volumes of a registration, and where later steps find each. */
import type { ObjectStore } from '../../../shared/engine/ports.ts';
import type { Orientation } from '../../../shared/geometry/orientation.ts';
import { WORK_FOLDER } from '../../../shared/registration/files/registration-files.ts';
import type { Space } from '../../../shared/registration/files/space.ts';
import type { Orientations } from '../../../shared/registration/first-pose.ts';
import { asLabels } from '../../../shared/registration/source/as-labels.ts';
import { copyVolume } from '../../../shared/registration/source/copy-volume.ts';
import { isArrayFile } from '../../../shared/registration/source/open-source.ts';
import type { SourceVolume } from '../../../shared/registration/source/source-volume.ts';
import { PRECOMPUTED } from '../../../shared/viewer/source-url.ts';
import type { JobParameters } from '../../parameters.ts';
import { atlasUrls, checkSameFrame, openAtlas } from './atlas-volumes.ts';
import { type SampleVolume, sampleVolume } from './sample-volume.ts';

export interface RegisteredVolumes {
  readonly sample: SampleVolume;
  readonly atlas: SourceVolume;
  readonly parcellation: SourceVolume | undefined;
}

export async function openVolumes(
  parameters: JobParameters,
  store: ObjectStore,
  source: ObjectStore,
): Promise<RegisteredVolumes> {
  // First what may lie elsewhere: a sample that is a file is copied.
  const urls = atlasUrls(parameters);
  const atlas = await openAtlas(urls.atlas, '--atlas');
  const parcellation = urls.parcellation
    ? asLabels(await openAtlas(urls.parcellation, '--parcellation'))
    : undefined;
  if (parcellation) checkSameFrame(atlas, parcellation);
  return { atlas, parcellation, sample: await sampleVolume(store, source, parameters) };
}

export interface RegisteredSpaces {
  readonly sample: Space;
  readonly atlas: Space;
  readonly parcellation: Space | undefined;
}

/** An atlas that is a file is copied into the store. */
export async function spacesOf(
  { sample, atlas, parcellation }: RegisteredVolumes,
  orientations: Orientations,
  store: ObjectStore,
): Promise<RegisteredSpaces> {
  return {
    sample: spaceOfSample(sample, orientations.sample),
    atlas: await spaceOf(atlas, orientations.atlas, store, 'atlas'),
    parcellation: parcellation && (await spaceOf(parcellation, orientations.atlas, store, 'parcellation')),
  };
}

const spaceOfSample = (
  { url, imageUrl, imageFormat, sizeVoxels, voxelSizeUm, offsetUm }: Omit<SampleVolume, 'compared'>,
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
  return spaceOfSample({ url, imageUrl, imageFormat, sizeVoxels, voxelSizeUm, offsetUm }, orientation);
}
