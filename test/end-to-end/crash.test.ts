import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { seededRandom } from '../../shared/numerics/random.ts';
import { runsAll } from '../long.ts';
import {
  cloudreg,
  cloudregHere,
  folderForTests,
  inFolder,
  lastObject,
  start,
  volumeFiles,
} from './binary.ts';
import { writeSmallAcquisition } from './small-acquisition.ts';

// Each test starts the program several times, on machines that are busy.
vi.setConfig({ testTimeout: 120_000 });

const KILLS = runsAll ? 6 : 3;

/** Many tasks of fusion, and nothing but fusion takes long; in the long form tiles are aligned, too. */
const FLAGS = [
  ...['--chunk-size', '64,64,16', '--factor', '2,2,1'],
  ...['--flat-field', 'none', '--background', 'none'],
  ...(runsAll ? [] : ['--placement', 'nominal']),
];

let home: { path: string; remove(): void };
let raw: string;
let undisturbed: Record<string, string>;

beforeAll(async () => {
  home = folderForTests();
  raw = join(home.path, 'raw');
  writeSmallAcquisition(raw, { rows: 1, sizeVoxels: 128, planes: 192, channels: 2 });
  const output = join(home.path, 'undisturbed');
  expect(await cloudreg('run', raw, output, ...FLAGS)).toMatchObject({ exitCode: 0 });
  undisturbed = volumeFiles(output);
}, 120_000);
afterAll(() => home.remove());

/** Starts the run and resolves once its first tasks of fusion are in work. */
async function startedRun(output: string) {
  const run = start('run', raw, output, ...FLAGS, '--json');
  await run.saying(/"step":"stitching.fuse","state":"running"/);
  return run;
}

describe('a run that is killed', () => {
  it('at any moment goes on with the same command, and its bytes are those of an undisturbed run', async () => {
    const seed = Number(process.env.CLOUDREG_TEST_SEED ?? 1);
    const random = seededRandom(seed);
    await inFolder(async (output) => {
      for (let kills = 0; kills < KILLS; kills++) {
        const { child, outcome } = start('run', raw, output, ...FLAGS, '--json');
        await sleep(200 + 800 * random());
        child.kill('SIGKILL');
        await outcome;
      }
      const last = await cloudreg('run', raw, output, ...FLAGS, '--json');
      expect(last, `seed ${seed}`).toMatchObject({ exitCode: 0 });
      expect(volumeFiles(output), `seed ${seed}`).toEqual(undisturbed);
    });
  });

  it.runIf(runsAll)('does again only what was not done', () =>
    inFolder(async (output) => {
      const run = await startedRun(output);
      run.child.kill('SIGKILL');
      await run.outcome;
      const { exitCode, out } = await cloudreg('run', raw, output, ...FLAGS, '--json');
      expect(exitCode).toBe(0);
      const { total, ran } = lastObject(out).tasks as { total: number; ran: number };
      // Scan and placement were done.
      expect(ran).toBeLessThanOrEqual(total - 2);
      expect(volumeFiles(output)).toEqual(undisturbed);
    }),
  );
});

describe('Ctrl-C', () => {
  it.runIf(runsAll)('finishes what is in work and says how to go on', () =>
    inFolder(async (output) => {
      const run = await startedRun(output);
      run.child.kill('SIGINT');
      const { exitCode, out } = await run.outcome;
      expect(out).toContain('Ctrl-C again stops at once');
      expect(lastObject(out).message).toContain(`cloudreg resume ${output}`);
      expect(exitCode).toBe(1);
      expect(await cloudreg('resume', output)).toMatchObject({ exitCode: 0 });
      expect(volumeFiles(output)).toEqual(undisturbed);
    }),
  );

  it('a second time stops at once and loses nothing; the run that goes on has its folder to itself', () =>
    inFolder(async (output) => {
      const run = await startedRun(output);
      run.child.kill('SIGINT');
      await run.saying(/Ctrl-C again stops at once/);
      run.child.kill('SIGINT');
      const { exitCode } = await run.outcome;
      expect(exitCode).toBe(1);

      const again = await startedRun(output);
      // It stands still, and holds what it holds.
      again.child.kill('SIGSTOP');
      for (const words of [
        ['run', raw, output, ...FLAGS],
        ['clean', output],
        ['retry', output],
      ])
        await expectRefused(again.child, words);
      again.child.kill('SIGCONT');
      expect(await again.outcome).toMatchObject({ exitCode: 0 });
      expect(volumeFiles(output)).toEqual(undisturbed);
    }));
});

async function expectRefused({ pid }: ChildProcess, words: readonly string[]): Promise<void> {
  const { exitCode, err } = await cloudregHere(...words);
  expect(err).toContain(`in use by process ${pid}`);
  expect(exitCode).toBe(2);
}

describe('a folder that another process works on', () => {
  it.runIf(runsAll)('can be watched', () =>
    inFolder(async (output) => {
      const run = await startedRun(output);
      run.child.kill('SIGSTOP');
      const seen = lastObject((await cloudreg('status', output, '--json')).out);
      expect(seen).toMatchObject({ event: 'status', owner: { pid: run.child.pid } });
      run.child.kill('SIGCONT');
      const watched = await cloudreg('status', output, '--watch', '--json');
      expect(lastObject(watched.out)).toMatchObject({ status: 'done', owner: null });
      expect(watched.exitCode).toBe(0);
      await run.outcome;
      expect(existsSync(join(output, '.cloudreg/owner.json'))).toBe(false);
    }),
  );
});
