/** A registration whose machine goes away: the same command goes on from the last checkpoint, to the same bytes. */
import { existsSync, readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { waitFor } from '../cloud/wait-for.ts';
import { runsAll } from '../long.ts';
import { shortRecipe } from '../registration/phantom.ts';
import { type PhantomFiles, writePhantom } from '../services/registration/phantom-files.ts';
import { cloudreg, start } from './binary.ts';

describe.runIf(runsAll)('a registration whose process is killed', () => {
  let files: PhantomFiles;
  const at = (...names: string[]): string => join(files.folder, ...names);
  beforeAll(async () => {
    files = await writePhantom();
    const levels = [
      { spacingUm: 400, rounds: 2 },
      { spacingUm: 200, rounds: 6 },
    ];
    await writeFile(at('schedule.json'), JSON.stringify({ ...shortRecipe, levels }));
  });
  afterAll(() => rm(files.folder, { recursive: true, force: true }));

  const words = (output: string, workers: number): string[] => [
    ...['register', files.sample, at(output), '--orientation', 'RAS', '--atlas-orientation', 'RAS'],
    ...['--atlas', at('atlas.nrrd'), '--parcellation', at('labels.nrrd'), '--ontology', at('regions.csv')],
    ...['--schedule', at('schedule.json'), '--registration-resolution', '200', '--workers', String(workers)],
  ];

  it('goes on after kill -9 to the same bytes, and until then is called unfinished', async () => {
    const whole = await cloudreg(...words('whole', 2));
    expect(whole).toMatchObject({ exitCode: 0 });

    const killed = start(...words('killed', 1));
    const checkpoint = async (): Promise<boolean> =>
      existsSync(at('killed', '.cloudreg/registration/checkpoint.json'));
    await waitFor(checkpoint, { seconds: 120, why: 'no round was played' });
    killed.child.kill('SIGKILL');
    expect((await killed.outcome).exitCode).toBeNull();
    expect(existsSync(at('killed', 'registration/transform/transform.json'))).toBe(false);
    const early = await cloudreg('regions', files.sample, '--registration', at('killed'));
    expect(early.err).toMatch(/There is no finished registration/);

    const resumed = await cloudreg(...words('killed', 2));
    expect(resumed).toMatchObject({ exitCode: 0 });
    const names = ['backward.nrrd', 'velocity.nrrd', 'displacement-sample-to-atlas.nrrd', 'gain.nrrd'];
    const keys = [
      ...names.map((name) => `registration/transform/${name}`),
      'registration/parcellation-on-sample/200000_200000_200000/0-28_0-22_0-25.gz',
    ];
    for (const key of keys)
      expect(Buffer.compare(readFileSync(at('killed', key)), readFileSync(at('whole', key))), key).toBe(0);
    expect(await checkpoint()).toBe(false);
  }, 240_000);
});
