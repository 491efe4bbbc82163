/** The atlas's volumes: which they are by the job's parameters, and whether they fit each other. */
import { RegistrationInputError } from '../../../shared/registration/errors.ts';
import { openSource } from '../../../shared/registration/source/open-source.ts';
import { extentUm, type SourceVolume } from '../../../shared/registration/source/source-volume.ts';
import type { JobParameters } from '../../parameters.ts';

/** CloudReg's atlas: public, for non-commercial use; read over the network and never copied into this project. */
const ALLEN = 'https://open-neurodata.s3.amazonaws.com/ara_2016';
const ALLEN_ONTOLOGY = 'http://api.brain-map.org/api/v2/structure_graph_download/1.json';
const ALLEN_TEMPLATES_UM = [100, 50, 10];

export interface AtlasUrls {
  readonly atlas: string;
  readonly parcellation: string | undefined;
  readonly ontology: string | undefined;
}

export function atlasUrls(parameters: JobParameters): AtlasUrls {
  const { atlas, parcellation, ontology, registrationResolution } = parameters;
  const isAllen = atlas === 'allen';
  const hasAllenRegions = parcellation === 'auto' && isAllen;
  return {
    atlas: isAllen ? allenTemplate(registrationResolution) : atlas,
    parcellation: chosen(
      parcellation,
      hasAllenRegions ? `${ALLEN}/sagittal_10um/annotation_10um_2017` : undefined,
    ),
    ontology: chosen(ontology, hasAllenRegions ? ALLEN_ONTOLOGY : undefined),
  };
}

const chosen = (given: string, auto: string | undefined): string | undefined => {
  if (given === 'none') return undefined;
  return given === 'auto' ? auto : given;
};

function allenTemplate(resolutionUm: number): string {
  const um = ALLEN_TEMPLATES_UM.find((size) => size <= resolutionUm) ?? ALLEN_TEMPLATES_UM.at(-1)!;
  return `${ALLEN}/sagittal_${um}um/average_${um}um`;
}

/** Opens a volume of the atlas; where the public one cannot be reached the error says what else there is. */
export async function openAtlas(url: string, flag: '--atlas' | '--parcellation'): Promise<SourceVolume> {
  try {
    return await openSource(url);
  } catch (error) {
    if (!url.startsWith(ALLEN)) throw error;
    throw new RegistrationInputError(
      `The public Allen atlas cannot be read (${(error as Error).message}) ` +
        `Give ${flag} a volume of your own: precomputed, .nrrd, .nii or .nii.gz.`,
      { cause: error },
    );
  }
}

/** Both must fill the same box: to a voxel of the coarser one. */
export function checkSameFrame(atlas: SourceVolume, parcellation: SourceVolume): void {
  const [a, p] = [extentUm(atlas), extentUm(parcellation)];
  const apart = ([0, 1, 2] as const).some((axis) => {
    const voxel = Math.max(atlas.scales[0]!.voxelSizeUm[axis], parcellation.scales[0]!.voxelSizeUm[axis]);
    return Math.abs(a[axis] - p[axis]) > voxel;
  });
  if (!apart) return;
  const text = (extent: readonly number[]): string => `${extent.map(Math.round).join(' x ')} um`;
  throw new RegistrationInputError(
    `The atlas ${atlas.url} fills ${text(a)}, the parcellation ${parcellation.url} ${text(p)}: ` +
      'they are of different frames. Give two volumes of one atlas.',
  );
}
