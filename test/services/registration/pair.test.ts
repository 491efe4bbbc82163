/** Rows 7, 18 and 19 of REGISTRATION section 10, on a pair with known truth at 200 um. */
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { initialise } from '../../../services/registration/initialise.ts';
import { readFile } from '../../../shared/engine/files.ts';
import type { ObjectStore } from '../../../shared/engine/ports.ts';
import { arrayFileAt } from '../../../shared/formats/array-file.ts';
import { readNrrd } from '../../../shared/formats/nrrd/read.ts';
import type { Vec3 } from '../../../shared/geometry/box.ts';
import { type LoadedTransform, loadTransform } from '../../../shared/registration/files/load-transform.ts';
import { initialFile } from '../../../shared/registration/files/registration-files.ts';
import { toAtlas, toSample } from '../../../shared/registration/map.ts';
import { openVolume } from '../../../shared/volume/open-volume.ts';
import { runsAll } from '../../long.ts';
import { sharedPath } from '../../shared-data.ts';
import { type PhantomFiles, runRegistration } from './phantom-files.ts';

const pair = sharedPath('data', 'registration', 'pair1.nrrd');
const truth = sharedPath('data', 'registration', 'pair1_truth.json');
const allen = (name: string) => sharedPath('data', 'allen', name) ?? '';

/** atlas x, y, z, sample x, y, z, in_damage. */
const landmarks = (): number[][] => JSON.parse(readFileSync(truth!, 'utf8')).landmarks.rows;
const distance = (a: Vec3, b: Vec3): number => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);

describe.skipIf(pair === undefined || !runsAll)('pair 1 (asked for, and ../shared/data is there)', () => {
  let files: PhantomFiles;
  let store: ObjectStore;
  let loaded: LoadedTransform;
  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'cloudreg-pair-'));
    files = {
      folder,
      sample: pair!,
      parameters: {
        orientation: 'PIR',
        atlas: allen('average_template_100.nrrd'),
        parcellation: allen('annotation_100.nrrd'),
        ontology: allen('structures.csv'),
        preset: 'fast',
        registrationResolution: 200,
      },
    };
    store = await runRegistration(files);
    loaded = await loadTransform(store.url);
  }, 300_000);
  afterAll(() => rm(files.folder, { recursive: true }));

  it('ends near the landmarks of the atlas', () => {
    const errors = landmarks().map((row) =>
      distance(toAtlas(loaded.map, row.slice(3, 6) as unknown as Vec3), row.slice(0, 3) as unknown as Vec3),
    );
    expect(errors.reduce((sum, error) => sum + error, 0) / errors.length).toBeLessThan(65);
  });

  it('comes back from the sample to every landmark within a micrometre', () => {
    for (const row of landmarks()) {
      const point = row.slice(0, 3) as unknown as Vec3;
      expect(distance(toAtlas(loaded.map, toSample(loaded.map, point)), point)).toBeLessThan(1);
    }
  });

  it('carries over labels that are in the annotation, large ones too, and no other', async () => {
    const { data } = await readNrrd(await arrayFileAt(allen('annotation_100.nrrd')));
    const known = new Set(data as Uint32Array);
    const volume = await openVolume(store, 'registration/parcellation-on-sample');
    const { sizeVoxels } = volume.mips[0]!;
    const warped = new Set((await volume.read(0, { start: [0, 0, 0], end: sizeVoxels })).data as Uint32Array);
    expect([...warped].filter((id) => !known.has(id))).toEqual([]);
    const isLarge = (id: number): boolean => id > 2 ** 24;
    expect([...warped].filter(isLarge).length).toBeGreaterThan(0.9 * [...known].filter(isLarge).length);
  });

  it('warns of an orientation that is the mirror image', async () => {
    const mirrored = await runRegistration(files, { orientation: 'PIL' }, 'mirrored', [initialise]);
    const { notes } = await readFile(mirrored, initialFile);
    expect(notes.join(' ')).toMatch(/mirror image \(orientation PIR\) fits/);
  }, 120_000);
});
