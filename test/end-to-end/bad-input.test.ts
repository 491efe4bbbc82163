import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { runsAll } from '../long.ts';
import { cloudreg, cloudregHere, inFolder, UNCORRECTED, volumeFiles } from './binary.ts';
import { planePath, writeSmallAcquisition } from './small-acquisition.ts';

// Each test starts the program several times, on machines that are busy.
vi.setConfig({ testTimeout: 120_000 });

/** One thread: starting a second takes longer than all the work. */
const QUICK = [...UNCORRECTED, '--workers', '1'];

/** Changes a sound acquisition, then runs it. */
const runBroken = (run: typeof cloudreg, spoil: (raw: string) => void, ...flags: string[]) =>
  inFolder(async (folder) => {
    const raw = join(folder, 'raw');
    writeSmallAcquisition(raw);
    spoil(raw);
    return run('run', raw, join(folder, 'volume'), ...QUICK, ...flags);
  });

const ini = (raw: string): string => join(raw, 'Experiment.ini');
const cells = (raw: string): string => join(raw, 'Scanned Cells.txt');

function replaceInIni(raw: string, from: RegExp, to: string): void {
  writeFileSync(ini(raw), readFileSync(ini(raw), 'utf8').replace(from, to));
}

describe('a bad acquisition ends with exit code 1 and says what is wrong', () => {
  it.each<[string, (raw: string) => void, RegExp]>([
    [
      'is no COLM folder',
      (raw) => {
        rmSync(raw, { recursive: true });
        mkdirSync(raw);
      },
      /not a COLM acquisition/,
    ],
    ['is not there', (raw) => rmSync(raw, { recursive: true }), /not a COLM acquisition/],
    ['has no Experiment.ini', (raw) => rmSync(ini(raw)), /Experiment\.ini: no such file/],
    [
      'has an empty Experiment.ini',
      (raw) => writeFileSync(ini(raw), ''),
      /Experiment\.ini: the file is empty/,
    ],
    [
      'lacks a key',
      (raw) => replaceInIni(raw, /Num Vertical.*\n/, ''),
      /no \[North Scan Region\] Num Vertical/,
    ],
    [
      'has a value that is no number',
      (raw) => replaceInIni(raw, /"0\.0025"/, '"thin"'),
      /Stack Step \(mm\) is "thin"/,
    ],
    ['has no Scanned Cells.txt', (raw) => rmSync(cells(raw)), /Scanned Cells\.txt: no such file/],
    [
      'has a grid of the wrong shape',
      (raw) => writeFileSync(cells(raw), '1,1,1\n1,1,1\n'),
      /line 1 has 3 cells/,
    ],
    [
      'has no planes',
      (raw) => rmSync(join(raw, 'VW0'), { recursive: true }),
      /no planes of the scanned locations/,
    ],
  ])('that %s', async (_, spoil, message) => {
    const { exitCode, out, err } = await runBroken(cloudregHere, spoil);
    expect(err + out).toMatch(message);
    expect(err).not.toMatch(/^ {4}at /m);
    expect(out).not.toMatch(/^Done/m);
    expect(exitCode).toBe(1);
  });

  it('in JSON, too', async () => {
    const { exitCode, out } = await runBroken(cloudreg, (raw) => rmSync(ini(raw)), '--json');
    expect(JSON.parse(out)).toMatchObject({ event: 'error', exitCode: 1 });
    expect(exitCode).toBe(1);
  });

  it('with a channel that is not there', async () => {
    const { exitCode, out } = await runBroken(cloudreg, () => {}, '--channels', '7');
    expect(out).toContain('no planes of channel 7. Choose from 0.');
    expect(exitCode).toBe(1);
  });
});

describe('volumes that no format holds', () => {
  it.each([
    [
      ['--encoding', 'jpeg'],
      /jpeg holds one or three channels of uint8; the acquisition is of uint16.*raw or png/,
    ],
    [['--encoding', 'png', '--format', 'zarr'], /png is for precomputed volumes/],
    [['--format', 'zarrr'], /--format is "zarrr"; expected "precomputed" or "zarr"/],
  ])('are refused before anything is written: %j', (flags, message) =>
    inFolder(async (folder) => {
      const raw = join(folder, 'raw');
      writeSmallAcquisition(raw, { rows: 1, columns: 1, planes: 1 });
      const { exitCode, err } = await cloudregHere('run', raw, join(folder, 'volume'), ...flags);
      expect([exitCode, err]).toEqual([2, expect.stringMatching(message)]);
      expect(readdirSync(folder)).toEqual(['raw']);
    }),
  );
});

describe('a plane', () => {
  const truncate = (raw: string): void => truncateSync(planePath(raw, 0, 0, 2), 1000);

  it('that is missing or damaged is listed and left out', async () => {
    const { exitCode, out } = await runBroken(cloudreg, (raw) => {
      truncate(raw);
      writeFileSync(planePath(raw, 3, 0, 4), 'no picture');
      rmSync(planePath(raw, 1, 0, 3));
      rmSync(planePath(raw, 2, 0, 5));
    });
    expect(out).toMatch(/Raw data: 2 missing planes and 2 damaged planes in 4 tiles.*problems\.json/);
    expect(exitCode).toBe(0);
  });

  it('that is damaged is fatal with --strict', async () => {
    const { exitCode, out } = await runBroken(cloudreg, truncate, '--strict');
    expect(out).toContain('PLN0002.tif');
    expect(out).toContain('run without --strict');
    expect(exitCode).toBe(1);
  });
});

/** True where the system's tool did it. */
const system = (tool: string, ...words: string[]): boolean => spawnSync(tool, words).status === 0;

/** A file system of its own at `folder`; false where this is not allowed. */
const mount = (folder: string, options: string): boolean =>
  system('mount', '-t', 'tmpfs', '-o', options, 'cloudreg-test', folder);

describe('a disk', () => {
  it.runIf(runsAll)(
    'that is full fails the job, and the same command after making room finishes it',
    (context) =>
      inFolder(async (folder) => {
        const [raw, disk] = [join(folder, 'raw'), join(folder, 'disk')];
        // About 1.3 MB of noise, which gzip hardly makes smaller.
        writeSmallAcquisition(raw, { sizeVoxels: 256, planes: 8 });
        mkdirSync(disk);
        if (!mount(disk, 'size=900k')) return context.skip('mounting a small disk needs more rights');
        try {
          const output = join(disk, 'volume');
          const full = await cloudreg('run', raw, output, ...QUICK);
          expect(full.out + full.err).toContain('disk is full');
          expect(full.out).not.toMatch(/^Done/m);
          expect(full.err).not.toMatch(/^ {4}at /m);
          expect(full.exitCode).toBe(1);
          expect(system('mount', '-o', 'remount,size=8m', disk)).toBe(true);
          expect(await cloudreg('retry', output, '--workers', '1')).toMatchObject({ exitCode: 0 });
          expect(await cloudregHere('verify', output)).toMatchObject({ exitCode: 0 });
          await cloudreg('run', raw, join(folder, 'undisturbed'), ...QUICK);
          expect(volumeFiles(output)).toEqual(volumeFiles(join(folder, 'undisturbed')));
        } finally {
          system('umount', disk);
        }
      }),
  );

  it('that is read-only is refused before anything is done', (context) =>
    inFolder(async (folder) => {
      const [raw, disk] = [join(folder, 'raw'), join(folder, 'disk')];
      writeSmallAcquisition(raw);
      mkdirSync(disk);
      if (!mount(disk, 'ro')) return context.skip('mounting a read-only disk needs more rights');
      try {
        const { exitCode, err } = await cloudregHere('run', raw, join(disk, 'volume'));
        expect(err).toContain('read-only');
        expect(exitCode).toBe(2);
      } finally {
        system('umount', disk);
      }
    }));
});
