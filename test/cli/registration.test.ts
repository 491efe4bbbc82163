/** The commands of registration, on the phantom. */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cloudreg } from '../../cli/program.ts';
import { folderStore } from '../../shared/adapters/local/folder-store.ts';
import { openVolume } from '../../shared/volume/open-volume.ts';
import {
  LARGE_ID,
  OTHER_ID,
  type PhantomFiles,
  SMALL_ID,
  writePhantom,
} from '../services/registration/phantom-files.ts';
import { fakeTerminal } from './fake-terminal.ts';

let files: PhantomFiles;
const at = (name: string): string => join(files.folder, name);

async function say(...words: string[]) {
  const terminal = fakeTerminal();
  const exitCode = await cloudreg(words, terminal);
  return { exitCode, out: terminal.written.out, err: terminal.written.err };
}

const flags = (): string[] => [
  ...['--orientation', 'RAS', '--atlas-orientation', 'RAS', '--atlas', at('atlas.nrrd')],
  ...['--parcellation', at('labels.nrrd'), '--ontology', at('regions.csv')],
  ...['--schedule', at('schedule.json'), '--registration-resolution', '200', '--workers', '2'],
];
const register = (...more: string[]) => say('register', files.sample, at('out'), ...flags(), ...more);

describe('the commands of registration', () => {
  beforeAll(async () => {
    files = await writePhantom();
    const { exitCode, out, err } = await register();
    expect(`${out}${err}`).toContain('Registration report: ');
    expect(exitCode).toBe(0);
  }, 120_000);
  afterAll(() => rm(files.folder, { recursive: true }));

  it('do nothing where all is done, and refuse other words for the same output', async () => {
    expect((await register()).out).toMatch(/ran 0 tasks/);
    const { exitCode, err } = await register('--preset', 'fast');
    expect(err).toMatch(/holds another job.*--preset: recommended there, fast here/s);
    expect(exitCode).toBe(2);
  });

  it('make volumes that verify finds', async () => {
    const { exitCode, out } = await say('verify', at('out'));
    for (const name of ['parcellation-on-sample', 'atlas-on-sample', 'sample-on-atlas'])
      expect(out).toMatch(new RegExp(`registration/${name}: \\d+ chunks?, all sound`));
    expect(exitCode).toBe(0);
    await rm(at('out/registration/atlas-on-sample/200000_200000_200000/0-28_0-22_0-25.gz'));
    expect((await say('verify', at('out'))).exitCode).toBe(1);
    await register('--redo', 'registration.transform');
    expect((await say('verify', at('out'))).exitCode).toBe(0);
  });

  it('carry points there and back, in their order, and say which are outside', async () => {
    await writeFile(at('in.csv'), 'id,x,y,z,note\nb,2900,1900,3100,soma\na,2000,2500,2000,\nfar,9000,1,1,\n');
    const there = await say(
      'transform-points',
      at('in.csv'),
      at('there.json'),
      '--with',
      at('out'),
      '--to',
      'atlas',
    );
    expect(there.out).toMatch(/3 points written.*\n1 point outside a volume.*: far/);
    const points = JSON.parse(await readFile(at('there.json'), 'utf8'));
    expect(points.map(({ id }: { id: string }) => id)).toEqual(['b', 'a', 'far']);
    expect(points[2].outside).toBe(true);
    await say('transform-points', at('there.json'), at('back.csv'), '--with', at('out'), '--to', 'sample');
    const back = (await readFile(at('back.csv'), 'utf8')).split('\n');
    const numbers = back[1]!.split(',').slice(1, 4).map(Number);
    numbers.forEach((um, axis) => {
      expect(um).toBeCloseTo([2900, 1900, 3100][axis]!, 1);
    });
    expect(back[0]).toBe('id,x,y,z,note,outside');
    expect(back[1]).toContain('soma');
  });

  it('carry as many points as there are, in their order, and leave nothing of a file that is wrong', async () => {
    const rows = Array.from(
      { length: 30_000 },
      (_, i) => `p${i},${1000 + (i % 3000)},${900 + (i % 2000)},2500`,
    );
    await writeFile(at('many.csv'), `id,x,y,z\n${rows.join('\n')}\n`);
    const words = ['--with', at('out'), '--to', 'atlas', '--json'];
    const { out } = await say('transform-points', at('many.csv'), at('many-out.csv'), ...words);
    expect(JSON.parse(out)).toMatchObject({ event: 'done', points: 30_000 });
    const found = (await readFile(at('many-out.csv'), 'utf8')).trim().split('\n').slice(1);
    expect(found.map((row) => row.split(',')[0])).toEqual(rows.map((row) => row.split(',')[0]));
    await writeFile(at('wrong.csv'), `id,x,y,z\n${rows.join('\n')}\nlast,1,two,3\n`);
    const wrong = await say('transform-points', at('wrong.csv'), at('wrong-out.csv'), ...words);
    expect(`${wrong.out}${wrong.err}`).toMatch(/wrong\.csv, line 30002: last,1,two,3; expected numbers/);
    expect(wrong.exitCode).toBe(2);
    for (const name of ['wrong-out.csv', 'wrong-out.csv.part'])
      await expect(readFile(at(name))).rejects.toThrow('ENOENT');
  }, 60_000);

  it('count voxels as Neuroglancer does with --unit voxel', async () => {
    await writeFile(at('um.csv'), 'id,x,y,z\na,2900,1900,3100\n');
    await writeFile(at('voxel.csv'), 'id,x,y,z\na,14.5,9.5,15.5\n');
    const to = ['--with', at('out'), '--to', 'atlas'];
    await say('transform-points', at('um.csv'), at('um-out.json'), ...to);
    await say('transform-points', at('voxel.csv'), at('voxel-out.json'), ...to, '--unit', 'voxel');
    const [um, voxel] = await Promise.all(
      ['um-out.json', 'voxel-out.json'].map(
        async (name) => JSON.parse(await readFile(at(name), 'utf8'))[0].point,
      ),
    );
    um.forEach((value: number, axis: number) => {
      expect(voxel[axis] * 200).toBeCloseTo(value, 1);
    });
  });

  it('tell landmark errors', async () => {
    await writeFile(at('sample-points.csv'), 'id,x,y,z\na,2900,1900,3100\nb,2000,2500,2000\n');
    const to = ['--with', at('out'), '--to', 'atlas'];
    await say('transform-points', at('sample-points.csv'), at('atlas-points.csv'), ...to);
    const { out } = await say(
      'registration',
      'accuracy',
      at('sample-points.csv'),
      at('atlas-points.csv'),
      '--with',
      at('out'),
    );
    expect(out).toMatch(/2 landmarks: mean 0\.0 um/);
  });

  it('measure regions and those above them', async () => {
    const { exitCode } = await say(
      'regions',
      files.sample,
      '--registration',
      at('out'),
      '--output',
      at('regions-out.csv'),
    );
    expect(exitCode).toBe(0);
    const [head, ...rows] = (await readFile(at('regions-out.csv'), 'utf8')).trim().split('\n');
    expect(head).toBe('id,acronym,name,parent_id,voxels,volume_mm3,mean,sum,own_voxels');
    const cells = new Map(rows.map((row) => [row.split(',')[0]!, row.split(',').slice(-5).map(Number)]));
    const voxels = (id: number): number => cells.get(String(id))![0]!;
    expect(voxels(5)).toBe(voxels(LARGE_ID) + voxels(OTHER_ID));
    expect(voxels(1)).toBe(voxels(5) + voxels(SMALL_ID));
    const [count, mm3, mean, sum] = cells.get(String(LARGE_ID))!;
    expect(mm3).toBeCloseTo(count! * 0.008, 9);
    expect(mean! * count!).toBeCloseTo(sum!, 3);
    expect(mean).toBeGreaterThan(100);
  });

  it('carry another volume over, and refuse one that is not of this registration', async () => {
    const words = ['--with', at('out'), '--to', 'sample', '--labels'];
    const { exitCode, out } = await say('transform', at('labels.nrrd'), at('moved'), ...words);
    expect(out).toContain('on-sample');
    expect(exitCode).toBe(0);
    const box = { start: [0, 0, 0], end: [28, 22, 25] } as const;
    const moved = await openVolume(folderStore(at('moved')), 'on-sample');
    const made = await openVolume(folderStore(at('out')), 'registration/parcellation-on-sample');
    expect([...(await moved.read(0, box)).data]).toEqual([...(await made.read(0, box)).data]);
    const wrong = await say('transform', files.sample, at('wrong'), ...words);
    expect(wrong.err).toMatch(
      /5600 x 4400 x 5000 um.*atlas of this registration 5200 x 4000 x 4800 um.*--to/s,
    );
    expect(wrong.exitCode).toBe(2);
  }, 60_000);

  it.each([
    [['register', 'x.nrrd', 'o'], /--orientation is needed/],
    [
      ['register', 'x.nrrd', 'o', '--orientation', 'RRS'],
      /--orientation is "RRS"; expected "none", or three letters/,
    ],
    [['register', 'absent.nrrd', 'o', '--orientation', 'RIP'], /absent\.nrrd: cannot be opened/],
    [
      ['transform-points', 'a.csv', 'b.csv', '--with', 'nowhere', '--to', 'atlas'],
      /no finished registration/,
    ],
    [['regions', 'a.nrrd', '--registration', 'nowhere'], /no finished registration/],
  ])('refuse %j', async (words, expected) => {
    const { exitCode, err } = await say(...words);
    expect(err).toMatch(expected);
    expect(exitCode).toBeGreaterThan(0);
  });

  it('give the folder back', async () => {
    expect((await say('clean', '--all', at('out'))).exitCode).toBe(0);
    expect(await folderStore(at('out')).head('registration/report.json')).toBeUndefined();
  });
});
