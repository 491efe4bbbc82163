/** The phantom of test/registration as files: sample, atlas, regions with their ontology, and a short schedule. */
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type JobParameters, jobParameters } from '../../../services/parameters.ts';
import { initialise } from '../../../services/registration/initialise.ts';
import { register } from '../../../services/registration/register.ts';
import { transform } from '../../../services/registration/transform.ts';
import { folderStore } from '../../../shared/adapters/local/folder-store.ts';
import type { ObjectStore } from '../../../shared/engine/ports.ts';
import type { ElementArray } from '../../../shared/formats/elements.ts';
import { encodeNrrd } from '../../../shared/formats/nrrd/write.ts';
import type { Vec3 } from '../../../shared/geometry/box.ts';
import { atlasGrid, brightness, imageOf, rawSample, shortRecipe } from '../../registration/phantom.ts';
import { runSteps } from '../run-steps.ts';

export const SMALL_ID = 7;
/** Above 2^24: float32 does not hold it. */
export const LARGE_ID = 614_454_277;
export const OTHER_ID = 182_305_689;

/** Three regions inside, 0 outside. */
export function labelAt([x, y, z]: Vec3): number {
  if (brightness([x, y, z]) < 0.1) return 0;
  if (z > 200) return LARGE_ID;
  return x > 0 ? SMALL_ID : OTHER_ID;
}

export const ontologyCsv = [
  'id,parent_id,acronym,name,colour',
  '1,,root,"whole, all of it",FFFFFF',
  `${SMALL_ID},1,SM,Small,FF0000`,
  `5,1,PAR,"Parent ""of"" two",00FF00`,
  `${LARGE_ID},5,LA,Large,0000FF`,
  `${OTHER_ID},5,OT,Other,00FFFF`,
].join('\n');

export interface PhantomFiles {
  readonly folder: string;
  readonly sample: string;
  readonly parameters: Partial<JobParameters>;
}

export const nrrd = (shape: Vec3, data: ElementArray): Uint8Array =>
  encodeNrrd({ shape, data, meta: { spacings: [200, 200, 200], keyValues: { unit: 'um' } } });

export async function writePhantom(): Promise<PhantomFiles> {
  const folder = await mkdtemp(join(tmpdir(), 'cloudreg-registration-'));
  const path = (name: string): string => join(folder, name);
  const sample = rawSample();
  const labels = Uint32Array.from(imageOf(atlasGrid, (um) => labelIndex(labelAt(um))).values, (i) => IDS[i]!);
  await mkdir(folder, { recursive: true });
  await writeFile(path('sample.nrrd'), nrrd(sample.grid.size, new Float32Array(sample.values)));
  await writeFile(
    path('atlas.nrrd'),
    nrrd(atlasGrid.size, new Float32Array(imageOf(atlasGrid, brightness).values)),
  );
  await writeFile(path('labels.nrrd'), nrrd(atlasGrid.size, labels));
  await writeFile(path('regions.csv'), ontologyCsv);
  await writeFile(path('schedule.json'), JSON.stringify(shortRecipe));
  return {
    folder,
    sample: path('sample.nrrd'),
    parameters: jobParameters.parse({
      orientation: 'RAS',
      atlasOrientation: 'RAS',
      atlas: path('atlas.nrrd'),
      parcellation: path('labels.nrrd'),
      ontology: path('regions.csv'),
      schedule: path('schedule.json'),
      registrationResolution: 200,
    }),
  };
}

/** float32 images cannot hold the ids themselves. */
const IDS = [0, SMALL_ID, LARGE_ID, OTHER_ID] as const;
const labelIndex = (label: number): number => (IDS as readonly number[]).indexOf(label);

/** The three steps, as a job on that file runs them. Returns the output's store. */
export async function runRegistration(
  files: PhantomFiles,
  parameters: Partial<JobParameters> = {},
  output = 'out',
  steps = [initialise, register, transform],
): Promise<ObjectStore> {
  const store = folderStore(join(files.folder, output));
  // A job that starts from a file has the file's URL for its input; nothing is read through the store.
  const source = { ...store, url: pathToFileURL(files.sample).href };
  await runSteps(steps, { source, store, parameters: { ...files.parameters, ...parameters } });
  return store;
}
