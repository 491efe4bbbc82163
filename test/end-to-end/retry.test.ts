import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it, vi } from 'vitest';
import { runsAll } from '../long.ts';
import { cloudreg, inFolder, UNCORRECTED, volumeFiles } from './binary.ts';
import { planePath, writeSmallAcquisition } from './small-acquisition.ts';

// Each test starts the program several times, on machines that are busy.
vi.setConfig({ testTimeout: 120_000 });

/** One plane whose header is sound and whose compressed pixels are not: only the task that needs it finds out. */
async function spoilPlane(raw: string): Promise<{ mend(): void }> {
  const plane = planePath(raw, 0, 0, 40);
  const packed = await sharp(readFileSync(plane))
    .toColourspace('grey16')
    .tiff({ compression: 'lzw' })
    .toBuffer();
  writeFileSync(`${plane}.sound`, packed);
  // The pixels come first, the directory last.
  packed.fill(0x55, 8, 600);
  writeFileSync(plane, packed);
  return { mend: () => copyFileSync(`${plane}.sound`, plane) };
}

/** Calls `test` with an acquisition of several tasks, one of which fails as long as a plane is not mended. */
const withPoison = (test: (folder: string, raw: string, mend: () => void) => Promise<void>): Promise<void> =>
  inFolder(async (folder) => {
    const raw = join(folder, 'raw');
    writeSmallAcquisition(raw, { rows: 1, planes: 96 });
    const { mend } = await spoilPlane(raw);
    await test(folder, raw, mend);
  });

/** Without corrections, fusion is the first to look at pixels. One thread: starting a second takes longer than all the work. */
const FLAGS = ['--strict', '--chunk-size', '32,32,32', ...UNCORRECTED, '--workers', '1'];

describe('a task that fails', () => {
  it('does not stop the others, says why, and is finished by retry once it is mended', () =>
    withPoison(async (folder, raw, mend) => {
      const output = join(folder, 'volume');
      const failed = await cloudreg('run', raw, output, ...FLAGS);
      expect(failed.out).toMatch(/1 task failed:\n {2}stitching\.fuse, task \d+: .*PLN0040\.tif/);
      expect(failed.out).toContain(`cloudreg retry ${output}`);
      expect(failed.out).toContain(`cloudreg retry --accept-missing ${output}`);
      expect(failed.exitCode).toBe(1);
      expect(Object.keys(volumeFiles(output)).some((path) => path.endsWith('.gz'))).toBe(true);
      const status = await cloudreg('status', output);
      expect(status.out).toMatch(/: failed\n[\s\S]*PLN0040\.tif/);
      expect(status.exitCode).toBe(1);

      mend();
      expect(await cloudreg('retry', output)).toMatchObject({ exitCode: 0 });
      await cloudreg('run', raw, join(folder, 'undisturbed'), ...FLAGS);
      expect(volumeFiles(output)).toEqual(volumeFiles(join(folder, 'undisturbed')));
    }));

  it.runIf(runsAll)('fails again where it was not mended', () =>
    withPoison(async (folder, raw) => {
      await cloudreg('run', raw, join(folder, 'volume'), ...FLAGS);
      const { exitCode, out } = await cloudreg('retry', join(folder, 'volume'), '--json');
      const last = JSON.parse(out.trimEnd().split('\n').at(-1) ?? '');
      expect(last).toMatchObject({ event: 'error', exitCode: 1, tasks: { failed: 1 } });
      expect(last.failures[0].error.message).toContain('PLN0040.tif');
      expect(exitCode).toBe(1);
    }),
  );

  it.runIf(runsAll)('is left out by retry --accept-missing, which says so from then on', () =>
    withPoison(async (folder, raw) => {
      const output = join(folder, 'volume');
      await cloudreg('run', raw, output, ...FLAGS);
      const accepted = await cloudreg('retry', output, '--accept-missing');
      expect(accepted.out).toContain('Done with accepted gaps');
      expect(accepted.exitCode).toBe(0);
      const status = await cloudreg('status', output);
      expect(status.out).toMatch(
        /: incomplete\n[\s\S]*1 accepted as missing[\s\S]*accepted as missing after 1 attempt/,
      );
      const verified = await cloudreg('verify', output);
      expect(verified.out).toContain('accepted as missing');
    }),
  );
});
