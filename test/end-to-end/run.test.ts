import { appendFileSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { cloudreg, folderForTests, inFolder, lastObject, UNCORRECTED, volumeFiles } from './binary.ts';
import { planePath, writeSmallAcquisition } from './small-acquisition.ts';

// Each test starts the program several times, on machines that are busy.
vi.setConfig({ testTimeout: 120_000 });

let home: { path: string; remove(): void };
let raw: string;

beforeAll(() => {
  home = folderForTests();
  raw = join(home.path, 'raw');
  writeSmallAcquisition(raw, { channels: 2 });
});
afterAll(() => home.remove());

describe('a run', () => {
  it('ends with the figures, as the last line of --json', () =>
    inFolder(async (folder) => {
      const output = join(folder, 'volume');
      const { exitCode, out, err } = await cloudreg('run', raw, output, '--json');
      expect(err).toBe('');
      expect(exitCode).toBe(0);
      const figures = lastObject(out);
      expect(Object.keys(figures)).toEqual([
        ...['event', 'jobId', 'output', 'seconds', 'voxels'],
        ...['bytesRead', 'bytesWritten', 'peakRssMiB', 'tasks', 'worthALook'],
      ]);
      expect(figures).toMatchObject({ event: 'done', output: `file://${output}`, voxels: 2 * 112 * 112 * 8 });
      expect(figures.jobId).toMatch(/^[0-9a-f]{16}$/);
      expect(figures.tasks).toMatchObject({ failed: 0, accepted: 0 });
      for (const text of out.trimEnd().split('\n')) JSON.parse(text);
    }));

  it('says where the volumes lie, and they are sound', () =>
    inFolder(async (folder) => {
      const { exitCode, out } = await cloudreg('run', raw, folder);
      expect(exitCode).toBe(0);
      expect(out).toContain(`Volume: ${join(folder, 'CHN00')}\nVolume: ${join(folder, 'CHN01')}\n`);
      const verified = await cloudreg('verify', folder);
      expect(verified.out).toMatch(/CHN01: \d+ chunks?, all sound/);
      expect(verified.exitCode).toBe(0);
    }));

  it('ends with what is most worth a look, in words and in --json; clean --all takes it away', () =>
    inFolder(async (folder) => {
      const words = ['run', raw, folder, '--flat-field', 'none', '--background', 'none'];
      const { out } = await cloudreg(...words);
      // Tiles of noise have nothing in common.
      expect(out).toMatch(/Channel 1: .*\nMost worth a look:\n {2}1\. .* See voxel \d+, \d+, \d+, LOC00\d/);
      expect(out).toContain(`Quality report: ${join(folder, 'report', 'report.md')}\n`);
      const again = await cloudreg(...words, '--json');
      const { worthALook } = lastObject(again.out) as { worthALook: { what: string; picture: string }[] };
      expect(worthALook).toHaveLength(3);
      for (const { what, picture } of worthALook) {
        expect(out).toContain(what);
        expect(existsSync(join(folder, picture))).toBe(true);
      }
      writeFileSync(join(folder, 'report', 'my notes.txt'), 'kept');
      await cloudreg('clean', folder, '--all');
      expect(readdirSync(join(folder, 'report'))).toEqual(['my notes.txt']);
    }));

  it('does nothing a second time', () =>
    inFolder(async (folder) => {
      await cloudreg('run', raw, folder, ...UNCORRECTED);
      const { exitCode, out } = await cloudreg('run', raw, folder, '--json', ...UNCORRECTED);
      expect(exitCode).toBe(0);
      expect(lastObject(out)).toMatchObject({ event: 'done', bytesWritten: 0, tasks: { ran: 0 } });
    }));

  it('writes nothing with --dry-run', () =>
    inFolder(async (folder) => {
      const output = join(folder, 'volume');
      const { exitCode, out } = await cloudreg(
        'run',
        raw,
        output,
        '--dry-run',
        '--mips',
        '2',
        ...UNCORRECTED,
      );
      expect(exitCode).toBe(0);
      expect(out).toContain('2 rows x 2 columns, 4 tiles scanned');
      expect(out).toContain('--mips 2');
      expect(existsSync(output)).toBe(false);
    }));

  it('stops after the step of --until, and goes on without it', () =>
    inFolder(async (folder) => {
      const first = await cloudreg('run', raw, folder, '--until', 'place', ...UNCORRECTED);
      expect(first).toMatchObject({ exitCode: 0 });
      expect(existsSync(join(folder, 'CHN00'))).toBe(false);
      const second = await cloudreg('resume', folder, '--json');
      expect(lastObject(second.out)).toMatchObject({ event: 'done', tasks: { failed: 0 } });
    }));

  it('does a step and all that depend on it again with --redo, with the same bytes', () =>
    inFolder(async (folder) => {
      await cloudreg('run', raw, folder, ...UNCORRECTED);
      const before = volumeFiles(folder);
      const { exitCode, out } = await cloudreg(
        'run',
        raw,
        folder,
        '--redo',
        'stitching.fuse',
        '--json',
        ...UNCORRECTED,
      );
      expect(exitCode).toBe(0);
      const { steps } = lastObject((await cloudreg('status', folder, '--json')).out);
      const redone = (steps as { generation: number; tasks: number; step: string }[]).filter(
        ({ generation }) => generation === 1,
      );
      expect(redone.map(({ step }) => step)).toEqual([
        'stitching.fuse',
        'downsampling.pyramid',
        'registration.transform',
      ]);
      expect(lastObject(out)).toMatchObject({
        tasks: { ran: redone.reduce((sum, { tasks }) => sum + tasks, 0) },
      });
      expect(volumeFiles(folder)).toEqual(before);
    }));

  it('leaves missing planes out and says how many', () =>
    inFolder(async (folder) => {
      const damaged = join(folder, 'raw');
      writeSmallAcquisition(damaged);
      rmSync(planePath(damaged, 1, 0, 3));
      rmSync(planePath(damaged, 2, 0, 5));
      const { exitCode, out } = await cloudreg('run', damaged, join(folder, 'volume'), ...UNCORRECTED);
      expect(exitCode).toBe(0);
      expect(out).toMatch(/Raw data: 2 missing planes in 2 tiles.*problems\.json/);
    }));
});

describe('an output folder', () => {
  it('that holds a job with other parameters is refused with the differences', () =>
    inFolder(async (folder) => {
      await cloudreg('run', raw, folder, ...UNCORRECTED);
      const before = volumeFiles(folder);
      const { exitCode, err } = await cloudreg('run', raw, folder, '--mips', '1', ...UNCORRECTED);
      expect(err).toContain('--mips: auto there, 1 here');
      expect(err).toContain('Use another output folder');
      expect(exitCode).toBe(2);
      expect(volumeFiles(folder)).toEqual(before);
    }));

  it('inside the acquisition is refused', async () => {
    const { exitCode, err } = await cloudreg('run', raw, join(raw, 'volume'), ...UNCORRECTED);
    expect(err).toContain('lies inside the acquisition');
    expect(exitCode).toBe(2);
    expect(existsSync(join(raw, 'volume'))).toBe(false);
  });

  it('that is a file is refused', () =>
    inFolder(async (folder) => {
      const file = join(folder, 'volume');
      writeFileSync(file, '');
      const { exitCode, err } = await cloudreg('run', raw, file, ...UNCORRECTED);
      expect(err).toMatch(/^cloudreg: The output cannot be written\. .*file/);
      expect(exitCode).toBe(2);
    }));

  it('without a job has no status, nothing to resume, retry or clean', () =>
    inFolder(async (folder) => {
      for (const word of ['status', 'resume', 'retry', 'clean', 'verify']) {
        const { exitCode, err } = await cloudreg(word, folder);
        expect(err).toMatch(/There is no job in|holds no volume/);
        expect(exitCode).toBe(2);
      }
    }));

  it('is verified chunk by chunk', () =>
    inFolder(async (folder) => {
      await cloudreg('run', raw, folder, '--chunk-size', '32,32,8', ...UNCORRECTED);
      const chunk = Object.keys(volumeFiles(folder)).find((path) => path.endsWith('.gz'));
      appendFileSync(join(folder, chunk ?? ''), 'x');
      const damaged = await cloudreg('verify', folder);
      expect(damaged.out).toContain('1 missing or damaged');
      expect(damaged.exitCode).toBe(1);
      rmSync(join(folder, chunk ?? ''));
      const missing = await cloudreg('verify', folder, '--json');
      expect(missing.out).toContain('"problem":"missing"');
      expect(missing.exitCode).toBe(1);
    }));

  it('keeps its volumes and its status when it is cleaned, and loses all with --all', () =>
    inFolder(async (folder) => {
      const output = join(folder, 'volume');
      await cloudreg('run', raw, output, ...UNCORRECTED);
      const before = volumeFiles(output);
      expect(await cloudreg('clean', output)).toMatchObject({ exitCode: 0 });
      expect(existsSync(join(output, '.cloudreg/stitching'))).toBe(false);
      expect(volumeFiles(output)).toEqual(before);
      expect((await cloudreg('verify', output)).exitCode).toBe(0);
      expect((await cloudreg('status', output)).out).toMatch(/^job [0-9a-f]{16}: done\n/);
      expect(await cloudreg('clean', '--all', output)).toMatchObject({ exitCode: 0 });
      expect(volumeFiles(output)).toEqual({});
      expect(existsSync(join(output, '.cloudreg'))).toBe(false);
    }));

  it('is not cleaned before its job is finished', () =>
    inFolder(async (folder) => {
      await cloudreg('run', raw, folder, '--until', 'ingest.scan', ...UNCORRECTED);
      const { exitCode, err } = await cloudreg('clean', folder);
      expect(err).toContain('not finished');
      expect(exitCode).toBe(2);
    }));
});

describe('the demo', () => {
  it('runs, verifies, and refuses a folder that is not its own', () =>
    inFolder(async (folder) => {
      const own = join(folder, 'demo');
      const { exitCode, out } = await cloudreg('demo', '--small', '--folder', own);
      expect(out).toMatch(/Placement error against the truth, voxels:\n {2}x mean \d+\.\d\d, max/);
      expect(out).toContain('Every tile lies within 0.25 voxel of its true place.');
      const [, mean, before] = out.match(/tissue:\n {2}mean (\S+), .* is: mean (\S+)/)!.map(Number);
      expect(mean).toBeLessThan(before! * 0.8);
      expect(out).toMatch(/registration\/parcellation-on-sample: \d+ chunks, all sound/);
      for (const picture of ['plane.png', 'seam.png', 'regions.png'])
        expect(existsSync(join(own, picture))).toBe(true);
      expect(out).toMatch(/peak memory \d+ MiB/);
      expect(exitCode).toBe(0);
      mkdirSync(join(folder, 'mine/data'), { recursive: true });
      expect(await cloudreg('demo', '--folder', join(folder, 'mine'))).toMatchObject({ exitCode: 2 });
    }));
});

describe('doctor', () => {
  it('finds this machine ready', async () => {
    const { exitCode, out } = await cloudreg('doctor');
    expect(out).toContain('Ready');
    expect(exitCode).toBe(0);
  });
});
