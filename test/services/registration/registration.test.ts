import { copyFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { jobParameters } from '../../../services/parameters.ts';
import { initialise } from '../../../services/registration/initialise.ts';
import { register } from '../../../services/registration/register.ts';
import { transform } from '../../../services/registration/transform.ts';
import { folderStore } from '../../../shared/adapters/local/folder-store.ts';
import { memoryStore } from '../../../shared/adapters/memory/store.ts';
import { readFile, readInputs, writeFile as writeStepFile } from '../../../shared/engine/files.ts';
import type { ObjectStore } from '../../../shared/engine/ports.ts';
import { encodeNrrd } from '../../../shared/formats/nrrd/write.ts';
import { apply } from '../../../shared/geometry/affine.ts';
import type { Vec3 } from '../../../shared/geometry/box.ts';
import { loadTransform } from '../../../shared/registration/files/load-transform.ts';
import { initialFile, transformFile } from '../../../shared/registration/files/registration-files.ts';
import { registrationReportFile } from '../../../shared/registration/files/report-file.ts';
import { toAtlas, toAtlasCentred, toSample } from '../../../shared/registration/map.ts';
import { openVolume } from '../../../shared/volume/open-volume.ts';
import { runsAll } from '../../long.ts';
import { bend, trueToAtlas } from '../../registration/phantom.ts';
import {
  LARGE_ID,
  labelAt,
  nrrd,
  OTHER_ID,
  type PhantomFiles,
  runRegistration,
  SMALL_ID,
  writePhantom,
} from './phantom-files.ts';

// A pose is searched in most of them, on machines that are busy.
vi.setConfig({ testTimeout: 120_000 });

let files: PhantomFiles;
let store: ObjectStore;
beforeAll(async () => {
  files = await writePhantom();
  store = await runRegistration(files);
}, 120_000);
afterAll(() => rm(files.folder, { recursive: true }));

/** Places inside the phantom, centred um of the sample. */
const places: Vec3[] = [-800, 0, 700].flatMap((x) =>
  [-500, 400].flatMap((y) => [-700, 100, 600].map((z): Vec3 => [x, y, z])),
);

const distance = (a: Vec3, b: Vec3): number => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);

describe('a registration', () => {
  it('takes places of the sample to where they belong, better than the affine map alone', async () => {
    const { map } = await loadTransform(store.url);
    const { toAtlas: first } = await readFile(store, initialFile);
    const truth = places.map((place) => bend(apply(trueToAtlas, place)));
    const mean = (found: readonly Vec3[]): number =>
      found.reduce((sum, point, i) => sum + distance(point, truth[i]!), 0) / truth.length;
    const bent = mean(places.map((place) => toAtlasCentred(map, place)));
    expect(bent).toBeLessThan(45);
    expect(bent).toBeLessThan(0.85 * mean(places.map((place) => apply(first, place))));
  });

  it('comes back from the atlas to the same place', async () => {
    const { map } = await loadTransform(store.url);
    const corner = places.map(([x, y, z]): Vec3 => [x + 2800, y + 2200, z + 2500]);
    for (const place of corner) expect(distance(toSample(map, toAtlas(map, place)), place)).toBeLessThan(1);
  });

  it('folds nowhere, and says how well it fits', async () => {
    const report = await readFile(store, registrationReportFile);
    expect(report.folded).toBe(0);
    expect(report.determinants.fine.min).toBeGreaterThan(0.2);
    expect(report.explained).toBeGreaterThan(0.9);
    expect(report.outlineDice).toBeGreaterThan(0.9);
    expect(report.outlineDice).toBeLessThanOrEqual(1);
    expect(report.rounds.length).toBeGreaterThan(1);
    expect(report.shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 5);
  });

  it('writes a report with the pictures it names', async () => {
    const { pictures } = await readFile(store, registrationReportFile);
    const text = new TextDecoder().decode((await store.get('registration/report.md'))!.bytes);
    const page = new TextDecoder().decode((await store.get('registration/report.html'))!.bytes);
    expect(page).toContain('<td>points where the map folds</td><td>0</td>');
    expect(Object.keys(pictures)).toEqual(['initial', 'overlay', 'jacobian', 'convergence']);
    for (const key of Object.values(pictures)) {
      expect([...(await store.get(key))!.bytes.subarray(1, 4)]).toEqual([...Buffer.from('PNG')]);
      expect(text).toContain(`(${key.slice('registration/'.length)})`);
      expect(page).toContain(`<img src="${key.slice('registration/'.length)}"`);
    }
  });

  it('brings every region onto the sample with its id as it is', async () => {
    const { map } = await loadTransform(store.url);
    const volume = await openVolume(store, 'registration/parcellation-on-sample');
    expect(volume.info).toMatchObject({ type: 'segmentation', data_type: 'uint32' });
    expect(volume.mips[0]!.sizeVoxels).toEqual([28, 22, 25]);
    const { data } = await volume.read(0, { start: [0, 0, 0], end: [28, 22, 25] });
    expect([...new Set(data as Uint32Array)].sort((a, b) => a - b)).toEqual([
      0,
      SMALL_ID,
      OTHER_ID,
      LARGE_ID,
    ]);
    const voxel = [14, 9, 15] as const;
    const [x, y, z] = toAtlas(map, [2900, 1900, 3100]);
    const nearest = [x - 2600, y - 2000, z - 2400].map((um) => Math.floor(um / 200) * 200 + 100);
    expect(data[voxel[0] + 28 * (voxel[1] + 22 * voxel[2])]).toBe(labelAt(nearest as unknown as Vec3));
  });

  it('names the regions', async () => {
    const folder = 'registration/parcellation-on-sample';
    const info = JSON.parse(new TextDecoder().decode((await store.get(`${folder}/info`))!.bytes));
    expect(info.segment_properties).toBe('segment_properties');
    const object = await store.get(`${folder}/segment_properties/info`);
    const { inline } = JSON.parse(new TextDecoder().decode(object!.bytes));
    const at = inline.ids.indexOf(String(LARGE_ID));
    expect(inline.properties.map(({ values }: { values: string[] }) => values[at])).toEqual(['LA', 'Large']);
    const state = JSON.parse(new TextDecoder().decode((await store.get('registration/view.json'))!.bytes));
    expect(state.layers.at(-1).segmentColors[LARGE_ID]).toBe('#0000ff');
  });

  it('brings the sample onto the atlas where it looks like the atlas', async () => {
    const on = await openVolume(store, 'registration/sample-on-atlas');
    const atlas = await openVolume(store, '.cloudreg/registration/atlas');
    const box = { start: [0, 0, 0], end: [26, 20, 24] } as const;
    const [a, b] = [await on.read(0, box), await atlas.read(0, box)];
    expect(correlation(a.data as Float32Array, b.data as Float32Array)).toBeGreaterThan(0.95);
  });
});

function correlation(a: Float32Array, b: Float32Array): number {
  const mean = (values: Float32Array): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const [ma, mb] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    ab += (a[i]! - ma) * (b[i]! - mb);
    aa += (a[i]! - ma) ** 2;
    bb += (b[i]! - mb) ** 2;
  }
  return ab / Math.sqrt(aa * bb);
}

class Death extends Error {}

/** A store whose writer dies after so many checkpoints are whole. */
function dyingAfter(checkpoints: number, inner: ObjectStore): ObjectStore {
  let left = checkpoints;
  return {
    ...inner,
    async put(key, body, options) {
      const written = await inner.put(key, body, options);
      if (key.endsWith('checkpoint.json') && --left === 0) throw new Death('the machine is gone');
      return written;
    },
  };
}

describe('labels of 64 bits', () => {
  it('are carried over as they are, above 2^53 and 2^63 too', async () => {
    const ids: Readonly<Record<number, bigint>> = {
      [SMALL_ID]: 2n ** 53n + 1n,
      [OTHER_ID]: 2n ** 31n + 7n,
      [LARGE_ID]: 2n ** 63n + 5n,
    };
    const atlas = await openVolume(store, '.cloudreg/registration/parcellation');
    const { data } = await atlas.read(0, { start: [0, 0, 0], end: [26, 20, 24] });
    const large = BigUint64Array.from(data as Uint32Array, (label) => ids[label] ?? 0n);
    const path = join(files.folder, 'large.nrrd');
    await writeFile(path, nrrd([26, 20, 24], large));
    const again = await runRegistration(files, { parcellation: path, ontology: 'none' }, 'large');
    const box = { start: [0, 0, 0], end: [28, 22, 25] } as const;
    const moved = await openVolume(again, 'registration/parcellation-on-sample');
    expect(moved.info).toMatchObject({
      data_type: 'uint64',
      scales: [{ encoding: 'compressed_segmentation' }],
    });
    const small = await (await openVolume(store, 'registration/parcellation-on-sample')).read(0, box);
    const expected = BigUint64Array.from(small.data as Uint32Array, (label) => ids[label] ?? 0n);
    const found = (await moved.read(0, box)).data as BigUint64Array;
    expect(found.findIndex((label, i) => label !== expected[i])).toBe(-1);
  }, 120_000);
});

describe('a registration that is broken off', () => {
  it.each(runsAll ? [1, 3] : [3])(
    'goes on after checkpoint %i to the same bytes',
    async (checkpoints) => {
      const again = folderStore(join(files.folder, `broken-${checkpoints}`));
      await writeStepFile(again, initialFile, await readFile(store, initialFile));
      const inputs = async () =>
        readInputs(register, again, jobParameters.parse(files.parameters)) as Promise<
          Parameters<typeof register.plan>[0]
        >;
      const dying = dyingAfter(checkpoints, again);
      const context = { inputs: await inputs(), source: again };
      await expect(register.run(null, { ...context, store: dying })).rejects.toThrow(Death);
      expect(await again.head('registration/transform/transform.json')).toBeUndefined();
      await register.run(null, { ...context, store: again });
      const bytes = async (from: ObjectStore) =>
        (await from.get('registration/transform/backward.nrrd'))!.bytes;
      expect(Buffer.compare(await bytes(again), await bytes(store))).toBe(0);
      expect((await readFile(again, transformFile)).toAtlas).toEqual(
        (await readFile(store, transformFile)).toAtlas,
      );
      expect(await again.head('.cloudreg/registration/checkpoint.json')).toBeUndefined();
    },
    120_000,
  );
});

describe('a job without --orientation', () => {
  it('has no task in any step of registration, and reads no file for it', async () => {
    const empty = memoryStore();
    for (const step of [initialise, register, transform]) {
      const inputs = await readInputs(step, empty, jobParameters.parse({}));
      expect(step.plan(inputs as never, 0).count).toBe(0);
    }
  });
});

describe('the first pose', () => {
  /** So that none is searched. */
  const GIVEN = { translation: [100, -50, 20], fixedScale: 1.02 };
  const pose = async (parameters: object, output: string) =>
    readFile(await runRegistration(files, parameters, output, [initialise]), initialFile);

  it("is a person's own where one is given", async () => {
    const given = await pose(GIVEN, 'given');
    expect(given.how).toBe('given');
    expect(given.recipe.affine).toBe('rigid');
    expect(given.toSample.map((row) => row[3])).toEqual([102, -51, 20.4]);
    expect(given.residual).toBeGreaterThan((await readFile(store, initialFile)).residual);
  });

  it("is CloudReg's with its preset: nothing moved or turned, scale 1, which is held; brightness evened out", async () => {
    const cloudReg = await pose({ preset: 'cloudreg' }, 'cloudreg');
    expect(cloudReg).toMatchObject({
      how: 'given',
      corrections: { grid: false, bias: true },
      missingValue: 0,
      recipe: { affine: 'rigid' },
    });
    expect(cloudReg.toSample.map((row) => row.map(Math.abs))).toEqual([
      [1, 0, 0, 0],
      [0, 1, 0, 0],
      [0, 0, 1, 0],
    ]);
  });

  it('comes with the corrections that were asked for', async () => {
    const asked = { gridCorrection: 'true', biasCorrection: 'true', missingDataCorrection: 'false' };
    const { corrections, missingValue } = await pose({ ...asked, ...GIVEN }, 'corrected');
    expect({ corrections, missingValue }).toEqual({
      corrections: { grid: true, bias: true },
      missingValue: 'none',
    });
  });

  it('is refused where sample and atlas do not overlap', async () => {
    await expect(pose({ translation: [90_000, 0, 0] }, 'apart')).rejects.toThrow(
      /0\.0 % of the sample lies in the atlas's box.*--translation/s,
    );
  });

  it('doubts an orientation whose mirror image fits better', async () => {
    const { notes, mirrorResidual, residual } = await pose({ orientation: 'LAS' }, 'mirrored');
    expect(mirrorResidual).toBeLessThan(residual);
    expect(notes.join(' ')).toMatch(/mirror image \(orientation RAS\) fits better.*--orientation/);
  });
});

describe('bad input', () => {
  const registerWith = (parameters: object) => runRegistration(files, parameters, 'bad', [initialise]);

  it('is refused where atlas and parcellation are of different frames', async () => {
    const path = join(files.folder, 'other.nrrd');
    await writeFile(path, nrrd([26, 20, 12], new Uint32Array(26 * 20 * 12).fill(3)));
    await expect(registerWith({ parcellation: path })).rejects.toThrow(
      /5200 x 4000 x 4800 um.*5200 x 4000 x 2400 um.*different frames/s,
    );
  });

  const fill = (size: Vec3, value: number): Float32Array =>
    new Float32Array(size[0] * size[1] * size[2]).fill(value);
  const written = async (name: string, bytes: Uint8Array): Promise<string> => {
    await writeFile(join(files.folder, name), bytes);
    return join(files.folder, name);
  };

  it.each<[string, Vec3, number, RegExp]>([
    ['a constant image', [26, 20, 24], 7, /is 7 wherever something was recorded: a constant image/],
    ['nothing recorded', [26, 20, 24], 0, /is 0 wherever something was recorded: a constant image/],
    ['NaN', [26, 20, 24], Number.NaN, /is NaN at voxel 0, 0, 0; expected finite numbers/],
    ['a 2-D image', [26, 20, 1], 7, /26 x 20 x 1 voxels: registration takes volumes of three axes/],
  ])('is refused where the atlas is %s', async (_, size, value, expected) => {
    const path = await written('bad.nrrd', nrrd(size, fill(size, value)));
    await expect(registerWith({ atlas: path, parcellation: 'none' })).rejects.toThrow(expected);
  });

  it('is refused where the voxel size of a file is nowhere said, with the flag that says it', async () => {
    const size: Vec3 = [28, 22, 25];
    const sample = await written('unsized.nrrd', encodeNrrd({ shape: size, data: fill(size, 3), meta: {} }));
    const unsized = runRegistration({ ...files, sample }, {}, 'unsized', [initialise]);
    await expect(unsized).rejects.toThrow(
      /unsized\.nrrd does not say how large its voxels are: give --voxel-size/,
    );
  });

  it('is refused where labels are no whole numbers', async () => {
    const path = join(files.folder, 'floats.nrrd');
    await copyFile(join(files.folder, 'atlas.nrrd'), path);
    await expect(registerWith({ parcellation: path, translation: [0, 0, 0] })).rejects.toThrow(
      /labels must be whole numbers/,
    );
  });

  it('is refused where the schedule is not as expected, by the name of what is wrong', async () => {
    const path = join(files.folder, 'bad.json');
    await writeFile(path, '{"levels": [{"spacingUm": -1, "rounds": 2}]}');
    await expect(registerWith({ schedule: path })).rejects.toThrow(/bad\.json.*spacingUm/s);
  });

  it('is refused where the registration that is used is not finished', async () => {
    await expect(loadTransform(join(files.folder, 'nowhere'))).rejects.toThrow(
      /no finished registration.*cloudreg register/s,
    );
  });
});
