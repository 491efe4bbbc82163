/** The volumes that a job's registration carries over, with their info files and the names of their segments. */
import { acquisitionFile } from '../../../shared/acquisition/acquisition.ts';
import { placementFile } from '../../../shared/acquisition/placement.ts';
import { readFile, readFileIfPresent } from '../../../shared/engine/files.ts';
import type { ObjectStore } from '../../../shared/engine/ports.ts';
import type { Json } from '../../../shared/engine/records.ts';
import {
  CARRIED_VOLUMES,
  type Initial,
  REGISTRATION_FOLDER,
  type Target,
} from '../../../shared/registration/files/registration-files.ts';
import { type Ontology, parseOntology } from '../../../shared/registration/regions/ontology.ts';
import { segmentColors, segmentProperties } from '../../../shared/registration/regions/segment-properties.ts';
import { asLabels } from '../../../shared/registration/source/as-labels.ts';
import { objectAt } from '../../../shared/registration/source/object-at.ts';
import { openSource } from '../../../shared/registration/source/open-source.ts';
import {
  type SourceScale,
  type SourceVolume,
  scaleFor,
} from '../../../shared/registration/source/source-volume.ts';
import { registrationState } from '../../../shared/registration/viewer-state.ts';
import {
  planTarget,
  type TargetWishes,
  writeTargetInfo,
} from '../../../shared/registration/warp/target-volume.ts';
import { outputMips } from '../../output-volume.ts';
import type { JobParameters } from '../../parameters.ts';

export async function planTargets(
  store: ObjectStore,
  initial: Initial,
  parameters: JobParameters,
): Promise<{ readonly targets: readonly Target[]; readonly notes: readonly string[] }> {
  const sources = await openSources(store, initial, parameters);
  const targets = targetsOf(sources, initial, parameters.transformResolution);
  const { ontology, notes } = await readOntology(initial.ontologyUrl);
  const properties = ontology && segmentProperties(ontology);
  for (const target of targets)
    await writeTargetInfo(store, target, target.isLabels ? properties : undefined);
  await putState(store, initial, targets, ontology);
  return { targets, notes };
}

type Scaled = Pick<SourceVolume, 'scales' | 'dataType'>;

interface Sources {
  readonly sample: Scaled;
  readonly atlas: SourceVolume;
  readonly parcellation: SourceVolume | undefined;
}

const openSources = async (
  store: ObjectStore,
  initial: Initial,
  parameters: JobParameters,
): Promise<Sources> => ({
  sample: await sampleScales(store, initial, parameters),
  atlas: await openSource(initial.atlas.imageUrl),
  parcellation: initial.parcellation ? asLabels(await openSource(initial.parcellation.imageUrl)) : undefined,
});

/** Atlas and parcellation on the sample, the sample on the atlas; voxels of at most `um`, where the volumes have such. */
function targetsOf(
  { sample, atlas, parcellation }: Sources,
  { sample: sampleSpace, atlas: atlasSpace }: Initial,
  um: number,
): readonly Target[] {
  const onSample = (longestUm: number) => ({
    on: 'sample' as const,
    ...gridOf(sample.scales[scaleFor(sample, longestUm)]!),
    offsetUm: sampleSpace.offsetUm,
  });
  const onAtlas = {
    on: 'atlas' as const,
    ...gridOf(atlas.scales[scaleFor(atlas, um)]!),
    offsetUm: atlasSpace.offsetUm,
  };
  // Below half its own voxels the atlas shows no more.
  const atlasUm = Math.max(um, Math.max(...atlas.scales[0]!.voxelSizeUm) / 2);
  const carry = (folder: string, grid: Grid, { dataType }: Scaled, sourceUrl: string, isLabels = false) =>
    planTarget({ ...grid, folder, sourceUrl, isLabels, dataType });
  return [
    carry(CARRIED_VOLUMES.atlas, onSample(atlasUm), atlas, atlasSpace.imageUrl),
    carry(CARRIED_VOLUMES.sample, onAtlas, sample, sampleSpace.imageUrl),
    ...(parcellation
      ? [carry(CARRIED_VOLUMES.parcellation, onSample(um), parcellation, parcellation.url, true)]
      : []),
  ];
}

type Grid = Pick<TargetWishes, 'on' | 'sizeVoxels' | 'voxelSizeUm' | 'offsetUm'>;

const gridOf = ({ sizeVoxels, voxelSizeUm }: SourceScale) => ({ sizeVoxels, voxelSizeUm });

/** Of a job that stitches they follow from the placement: the volume may still be in the making. */
async function sampleScales(
  store: ObjectStore,
  { sample }: Initial,
  parameters: JobParameters,
): Promise<Scaled> {
  const placement = await readFileIfPresent(store, placementFile);
  if (placement === undefined) return openSource(sample.imageUrl);
  const acquisition = await readFile(store, acquisitionFile);
  const mips = outputMips(acquisition, placement, parameters);
  return {
    dataType: acquisition.dataType,
    scales: mips.map(({ sizeVoxels, resolutionNm: [x, y, z], chunkSize }) => ({
      sizeVoxels,
      voxelSizeUm: [x / 1000, y / 1000, z / 1000],
      chunkSize,
    })),
  };
}

/** Regions without names are worth having all the same. */
async function readOntology(
  url: string | null,
): Promise<{ readonly ontology: Ontology | undefined; readonly notes: readonly string[] }> {
  if (url === null) return { ontology: undefined, notes: [] };
  try {
    const { name, bytes } = await objectAt(url);
    return { ontology: parseOntology(bytes, name), notes: [] };
  } catch (error) {
    return {
      ontology: undefined,
      notes: [
        `Regions are without names: ${(error as Error).message}. Give --ontology a .json or .csv file.`,
      ],
    };
  }
}

async function putState(
  store: ObjectStore,
  { sample }: Initial,
  targets: readonly Target[],
  ontology: Ontology | undefined,
): Promise<void> {
  const state: Json = registrationState(sample, [
    { name: 'sample', url: sample.imageUrl, format: sample.imageFormat, type: 'image' },
    ...targets
      .filter(({ on }) => on === 'sample')
      .map(({ folder, isLabels }) => ({
        name: folder.slice(REGISTRATION_FOLDER.length),
        url: `${store.url}/${folder}`,
        type: isLabels ? ('segmentation' as const) : ('image' as const),
        ...(isLabels && ontology ? { segmentColors: segmentColors(ontology) } : {}),
      })),
  ]);
  const body = new TextEncoder().encode(`${JSON.stringify(state, null, 1)}\n`);
  await store.put(`${REGISTRATION_FOLDER}view.json`, body, { contentType: 'application/json' });
}
