import { appendFileSync, cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { runsAll } from '../long.ts';
import {
  cloudreg,
  cloudregHere,
  folderForTests,
  inFolder,
  lastObject,
  type Outcome,
  UNCORRECTED,
  volumeFiles,
} from './binary.ts';
import { writeSmallAcquisition } from './small-acquisition.ts';

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

/** One thread: starting a second takes longer than all the work. The demo runs with as many as there are cores. */
const QUICK = [...UNCORRECTED, '--workers', '1'];

describe('a finished run', () => {
  const words: string[] = [];
  let output: string;
  let outcome: Outcome;

  beforeAll(async () => {
    output = join(home.path, 'finished');
    words.push('run', raw, output, '--chunk-size', '32,32,8', ...QUICK);
    outcome = await cloudreg(...words, '--json');
  }, 120_000);

  it('ends with the figures, as the last line of --json', () => {
    expect(outcome.err).toBe('');
    expect(outcome.exitCode).toBe(0);
    const figures = lastObject(outcome.out);
    expect(Object.keys(figures)).toEqual([
      ...['event', 'jobId', 'output', 'seconds', 'voxels'],
      ...['bytesRead', 'bytesWritten', 'peakRssMiB', 'tasks', 'worthALook'],
    ]);
    expect(figures).toMatchObject({ event: 'done', output: `file://${output}`, voxels: 2 * 112 * 112 * 8 });
    expect(figures.jobId).toMatch(/^[0-9a-f]{16}$/);
    expect(figures.tasks).toMatchObject({ failed: 0, accepted: 0 });
    for (const text of outcome.out.trimEnd().split('\n')) JSON.parse(text);
  });

  it('does nothing a second time', async () => {
    const { exitCode, out } = await cloudreg(...words, '--json');
    expect(exitCode).toBe(0);
    expect(lastObject(out)).toMatchObject({ event: 'done', bytesWritten: 0, tasks: { ran: 0 } });
  });

  it('does a step and all that depend on it again with --redo, with the same bytes', async () => {
    const generations = async () => {
      const { steps } = lastObject((await cloudregHere('status', output, '--json')).out);
      return (steps as { generation: number; tasks: number; step: string }[]).map(
        ({ step, generation, tasks }) => [step, { generation, tasks }] as const,
      );
    };
    const before = volumeFiles(output);
    const generationBefore = new Map(await generations());
    const { exitCode, out } = await cloudreg(...words, '--redo', 'stitching.fuse', '--json');
    expect(exitCode).toBe(0);
    const redone = (await generations()).filter(
      ([step, { generation }]) => generation === generationBefore.get(step)!.generation + 1,
    );
    expect(redone.map(([step]) => step)).toEqual([
      'stitching.fuse',
      'downsampling.pyramid',
      'registration.transform',
    ]);
    expect(lastObject(out)).toMatchObject({
      tasks: { ran: redone.reduce((sum, [, { tasks }]) => sum + tasks, 0) },
    });
    expect(volumeFiles(output)).toEqual(before);
  });

  it('is not overwritten by a job with other parameters, which is refused with the differences', async () => {
    const before = volumeFiles(output);
    const { exitCode, err } = await cloudregHere(...words, '--mips', '1');
    expect(err).toContain('--mips: auto there, 1 here');
    expect(err).toContain('Use another output folder');
    expect(exitCode).toBe(2);
    expect(volumeFiles(output)).toEqual(before);
  });

  it('is verified chunk by chunk', () =>
    inFolder(async (folder) => {
      cpSync(output, folder, { recursive: true });
      const chunk = Object.keys(volumeFiles(folder)).find((path) => path.endsWith('.gz'));
      appendFileSync(join(folder, chunk ?? ''), 'x');
      const damaged = await cloudregHere('verify', folder);
      expect(damaged.out).toContain('1 missing or damaged');
      expect(damaged.exitCode).toBe(1);
      rmSync(join(folder, chunk ?? ''));
      const missing = await cloudregHere('verify', folder, '--json');
      expect(missing.out).toContain('"problem":"missing"');
      expect(missing.exitCode).toBe(1);
    }));
});

describe('a run', () => {
  it('says where its volumes lie and what is most worth a look; clean keeps both, clean --all takes them away', () =>
    inFolder(async (folder) => {
      const { exitCode, out } = await cloudreg('run', raw, folder);
      expect(exitCode).toBe(0);
      expect(out).toContain(`Volume: ${join(folder, 'CHN00')}\nVolume: ${join(folder, 'CHN01')}\n`);
      // Tiles of noise have nothing in common.
      expect(out).toMatch(/Channel 1: .*\nMost worth a look:\n {2}1\. .* See voxel \d+, \d+, \d+, LOC00\d/);
      expect(out).toContain(`Quality report: ${join(folder, 'report', 'report.md')}\n`);
      const again = await cloudregHere('run', raw, folder, '--json');
      const { worthALook } = lastObject(again.out) as { worthALook: { what: string; picture: string }[] };
      expect(worthALook).toHaveLength(3);
      for (const { what, picture } of worthALook) {
        expect(out).toContain(what);
        expect(existsSync(join(folder, picture))).toBe(true);
      }

      const before = volumeFiles(folder);
      expect(await cloudregHere('clean', folder)).toMatchObject({ exitCode: 0 });
      expect(existsSync(join(folder, '.cloudreg/stitching'))).toBe(false);
      expect(volumeFiles(folder)).toEqual(before);
      const verified = await cloudregHere('verify', folder);
      expect(verified.out).toMatch(/CHN01: \d+ chunks?, all sound/);
      expect(verified.exitCode).toBe(0);
      const { out: status } = await cloudregHere('status', folder);
      expect(status).toMatch(/^job [0-9a-f]{16}: done\n/);
      expect(status).toMatch(/^step .* Mvoxel\/s +MB\/s in +MB\/s out/m);
      expect(status).toMatch(/^stitching\.fuse .* \d+(\.\d+)? +\d+(\.\d+)? +\d+(\.\d+)? /m);

      writeFileSync(join(folder, 'report', 'my notes.txt'), 'kept');
      expect(await cloudreg('clean', '--all', folder)).toMatchObject({ exitCode: 0 });
      expect(Object.keys(volumeFiles(folder))).toEqual(['report/my notes.txt']);
      expect(existsSync(join(folder, '.cloudreg'))).toBe(false);
    }));

  it('stops after the step of --until, is not cleaned there, and goes on without it', () =>
    inFolder(async (folder) => {
      const first = await cloudreg('run', raw, folder, '--until', 'place', ...QUICK);
      expect(first).toMatchObject({ exitCode: 0 });
      expect(existsSync(join(folder, 'CHN00'))).toBe(false);
      const { exitCode, err } = await cloudregHere('clean', folder);
      expect(err).toContain('not finished');
      expect(exitCode).toBe(2);
      const second = await cloudreg('resume', folder, '--json', '--workers', '1');
      expect(lastObject(second.out)).toMatchObject({ event: 'done', tasks: { failed: 0 } });
    }));

  it('writes nothing with --dry-run', () =>
    inFolder(async (folder) => {
      const output = join(folder, 'volume');
      const { exitCode, out } = await cloudregHere('run', raw, output, '--dry-run', '--mips', '2', ...QUICK);
      expect(exitCode).toBe(0);
      expect(out).toContain('2 rows x 2 columns, 4 tiles scanned');
      expect(out).toContain('--mips 2');
      expect(existsSync(output)).toBe(false);
    }));
});

describe('an output folder', () => {
  it('inside the acquisition is refused', async () => {
    const { exitCode, err } = await cloudregHere('run', raw, join(raw, 'volume'), ...QUICK);
    expect(err).toContain('lies inside the acquisition');
    expect(exitCode).toBe(2);
    expect(existsSync(join(raw, 'volume'))).toBe(false);
  });

  it('that is a file is refused', () =>
    inFolder(async (folder) => {
      const file = join(folder, 'volume');
      writeFileSync(file, '');
      const { exitCode, err } = await cloudreg('run', raw, file, ...QUICK);
      expect(err).toMatch(/^cloudreg: The output cannot be written\. .*file/);
      expect(exitCode).toBe(2);
    }));

  it('without a job has no status, nothing to resume, retry or clean', () =>
    inFolder(async (folder) => {
      for (const word of ['status', 'resume', 'retry', 'clean', 'verify']) {
        const { exitCode, err } = await cloudregHere(word, folder);
        expect(err).toMatch(/There is no job in|holds no volume/);
        expect(exitCode).toBe(2);
      }
    }));
});

// `.ci/run` runs the whole demo, too.
describe.runIf(runsAll)('the demo', () => {
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
