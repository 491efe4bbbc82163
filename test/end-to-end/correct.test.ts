import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openStore } from '../../shared/adapters/open-store.ts';
import { seededRandom } from '../../shared/numerics/random.ts';
import { phantom } from '../illumination/phantom.ts';
import { runsAll } from '../long.ts';
import { storeVolume } from '../services/illumination-correction/stored-volume.ts';
import {
  cloudreg,
  cloudregHere,
  folderForTests,
  inFolder,
  type Outcome,
  start,
  volumeFiles,
} from './binary.ts';

// Each test starts the program several times, on machines that are busy.
vi.setConfig({ testTimeout: 120_000 });

let home: { path: string; remove(): void };
let volume: string;
let before: Record<string, string>;
/** A job that nothing disturbed, of which all tests know. */
let finished: { output: string; outcome: Outcome; files: Record<string, string> };

beforeAll(async () => {
  home = folderForTests();
  volume = join(home.path, 'volume');
  // Four blocks of the finest scale.
  const brain = phantom([96, 90, 400], (x, y) => 0.6 * x - 0.4 * y, [50, 50, 20]);
  await storeVolume(brain, { chunkSize: [32, 32, 32] }, await openStore(volume));
  before = volumeFiles(volume);
  const output = join(home.path, 'finished');
  const outcome = await cloudreg('correct', volume, output);
  finished = { output, outcome, files: volumeFiles(output) };
}, 120_000);
afterAll(() => home.remove());

describe('cloudreg correct', () => {
  it('writes a sound copy beside the volume, says what it did, and leaves the volume as it is', async () => {
    const { output, outcome } = finished;
    expect(outcome.exitCode).toBe(0);
    expect(outcome.out).toContain(`Volume: ${output}\n`);
    expect(outcome.out).toMatch(
      /Volume: illumination corrected \(.*estimated from scale 100000_100000_40000\): report\/illumination-volume.png/,
    );
    expect(volumeFiles(volume)).toEqual(before);
    expect((await cloudregHere('verify', output)).out).toMatch(/\d+ chunks, all sound/);
  });

  it.runIf(runsAll)('goes on after it was killed at any moment, with the same bytes', () =>
    inFolder(async (folder) => {
      const seed = Number(process.env.CLOUDREG_TEST_SEED ?? 1);
      const random = seededRandom(seed);
      const output = join(folder, 'even');
      for (let kills = 0; kills < 2; kills++) {
        const { child, outcome } = start('correct', volume, output, '--json');
        await sleep(300 + 900 * random());
        child.kill('SIGKILL');
        await outcome;
      }
      // The same words: it may have been killed before there was a job to resume.
      expect(await cloudreg('correct', volume, output), `seed ${seed}`).toMatchObject({ exitCode: 0 });
      expect(volumeFiles(output), `seed ${seed}`).toEqual(finished.files);
    }),
  );

  it.runIf(runsAll)(
    'stops at the field with --estimate-only; the field can be given to another job, or gone on with',
    () =>
      inFolder(async (folder) => {
        const output = join(folder, 'even');
        const { exitCode, out } = await cloudreg('correct', volume, output, '--estimate-only');
        expect(exitCode).toBe(0);
        const field = join(output, '.cloudreg/illumination-correction/volume/field.json');
        expect(out).toContain(`Field: ${field}\n`);
        expect(readdirSync(output).sort()).toEqual(['.cloudreg', 'report']);
        const other = join(folder, 'other');
        expect(await cloudreg('correct', volume, other, '--field', field)).toMatchObject({ exitCode: 0 });
        const chunks = (files: Record<string, string>) =>
          Object.entries(files).filter(([name]) => name.endsWith('.gz'));
        expect(chunks(volumeFiles(other))).toEqual(chunks(finished.files));
        expect(await cloudreg('correct', volume, output)).toMatchObject({ exitCode: 0 });
        expect(volumeFiles(output)).toEqual(finished.files);
      }),
  );

  it('refuses words that cannot work, before anything is written', () =>
    inFolder(async (folder) => {
      const output = join(folder, 'even');
      const refused = async (...words: string[]) => {
        const { exitCode, err } = await cloudregHere('correct', ...words);
        expect(readdirSync(folder)).toEqual(['field.json']);
        return `${exitCode}: ${err}`;
      };
      const points = new Array<number>(64).fill(0);
      const stored = { format: 'cloudreg-illumination-field/1', shape: [4, 4, 4], logField: points };
      const frame = { firstUm: [0, 0, 0], lastUm: [9, 9, 9], volumeSizeUm: [9, 9, 9] };
      const field = join(folder, 'field.json');
      writeFileSync(field, JSON.stringify({ ...stored, ...frame }));
      expect(await refused(volume, output, '--field', field)).toMatch(
        /^2: .*was made for a volume of 9 x 9 x 9 um, this one has 4800 x 4500 x 8000 um/,
      );
      expect(await refused(volume, output, '--field', field, '--illumination', 'n4')).toMatch(
        /^2: .*--field and --illumination say the same/,
      );
      expect(await refused(volume, output, '--illumination', 'none')).toMatch(/^2: .*there is nothing to do/);
      expect(await refused(volume, output, '--illumination', 'n4:9')).toMatch(/^2: .*n4:9.* is not there/s);
      expect(await refused(volume, join(volume, 'even'))).toMatch(/^2: .*lies inside the volume/);
      expect(await refused(join(folder, 'none'), output)).toMatch(/: cloudreg: .*info is not there/);
    }));

  it('says why nothing can be estimated of a volume without light, and offers no way on that is none', () =>
    inFolder(async (folder) => {
      const [dark, output] = [join(folder, 'dark'), join(folder, 'output')];
      const { size, voxelSizeUm, data } = phantom([40, 36, 34], () => 0, [100, 100, 100]);
      await storeVolume({ size, voxelSizeUm, data: data.fill(0) }, { mips: 1 }, await openStore(dark));
      const { exitCode, out } = await cloudreg('correct', dark, output, '--workers', '1');
      expect(exitCode).toBe(1);
      expect(out).toContain('dark cannot be estimated: all voxels are 0: there is nothing to estimate from');
      expect(out).toContain(`Mend the cause, then: cloudreg retry ${output}`);
      expect(out).not.toContain('--accept-missing');
    }));

  it('writes no volume where auto leaves it as it is, and says how to have one', () =>
    inFolder(async (folder) => {
      const [even, output] = [join(folder, 'even'), join(folder, 'output')];
      const brain = phantom([64, 60, 50], () => 0, [100, 100, 100]);
      await storeVolume(brain, { mips: 1 }, await openStore(even));
      const { exitCode, out } = await cloudreg('correct', even, output, '--workers', '1');
      expect(exitCode).toBe(0);
      expect(out).toMatch(/illumination left as it is .*\nNo volume was written\. .*--illumination n4/s);
      expect(readdirSync(output).sort()).toEqual(['.cloudreg', 'report']);
    }));

  it('gives its folder back with clean --all, and nothing else that lies there', () =>
    inFolder(async (folder) => {
      const output = join(folder, 'even');
      cpSync(finished.output, output, { recursive: true });
      writeFileSync(join(output, 'my notes.txt'), 'kept');
      expect(await cloudregHere('clean', output, '--all')).toMatchObject({ exitCode: 0 });
      expect(readdirSync(output)).toEqual(['my notes.txt']);
      expect(readFileSync(join(output, 'my notes.txt'), 'utf8')).toBe('kept');
    }));
});
