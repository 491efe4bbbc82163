import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { openStore } from '../../../shared/adapters/open-store.ts';
import { openVolume } from '../../../shared/volume/open-volume.ts';
import { cloudreg, cloudregHere, inFolder, lastObject, start, volumeFiles } from '../../end-to-end/binary.ts';
import { runsAll } from '../../long.ts';
import { noise, voxelsOfMip, writeNrrd, writeSeries } from '../../services/convert/convert-here.ts';

// Each starts the program, on machines that are busy.
vi.setConfig({ testTimeout: 120_000 });

const size = [30, 20, 10] as const;
const UM = ['--voxel-size', '1,1,2'];

const slices = (folder: string): string =>
  writeSeries(folder, noise('uint16', size, 1) as Uint16Array, size, (z) => `s${z < 5 ? z : z + 1}`);

describe('cloudreg convert', () => {
  it('makes a sound volume, says what it reads and makes, and what it had to cut', () =>
    inFolder(async (folder) => {
      const output = join(folder, 'out');
      const input = slices(folder);
      const { exitCode, out } = await cloudreg('convert', input, output, ...UM, '--dtype', 'uint8');
      expect(exitCode).toBe(0);
      expect(out).toContain('Input: 30 x 20 x 10 voxels of uint16\n');
      expect(out).toContain('Output: image, 30 x 20 x 10 voxels of uint8, 1 x 1 x 2 um, raw, 1 resolution\n');
      expect(out).toMatch(/Warning: 1 of the series' files seem to be missing.* s5\.tif/);
      expect(out).toMatch(/Warning: [\d,]+ voxels of uint16 lay outside uint8 and were cut to its range/);
      expect(out).toContain(`Volume: ${output}\n`);
      // Ten slices of 1200 bytes; of such small ones headers are as long.
      expect(out).toMatch(/read [1-9][\d.]+ kB/);
      expect((await cloudregHere('verify', output)).exitCode).toBe(0);

      const again = await cloudreg('convert', input, output, ...UM, '--dtype', 'uint8', '--json');
      expect(lastObject(again.out)).toMatchObject({ event: 'done', tasks: { ran: 0 } });

      const other = await cloudregHere('convert', input, output, ...UM);
      expect(other).toMatchObject({ exitCode: 2 });
      expect(other.err).toMatch(/holds another job.*\n.*conversion/);
      const [chunk = ''] = Object.keys(volumeFiles(output)).filter((path) => path.endsWith('.gz'));
      rmSync(join(output, chunk));
      const damaged = await cloudregHere('verify', output);
      expect(damaged.exitCode).toBe(1);
      expect(damaged.out + damaged.err).toMatch(
        /Write all again: cloudreg clean --all .*, then cloudreg convert /,
      );

      expect((await cloudregHere('clean', '--all', output)).exitCode).toBe(0);
      expect(volumeFiles(output)).toEqual({});
    }));

  it.runIf(runsAll)('goes on after it was killed, with the same bytes, and leaves no copy of its input', () =>
    inFolder(async (folder) => {
      const data = noise('uint8', [256, 256, 80], 2);
      const input = writeNrrd(folder, data, [256, 256, 80], 'gzip');
      const words = [...UM, '--chunk-size', '32,32,16'];
      const undisturbed = join(folder, 'undisturbed');
      expect(await cloudreg('convert', input, undisturbed, ...words)).toMatchObject({ exitCode: 0 });

      const output = join(folder, 'killed');
      const { child, outcome } = start('convert', input, output, ...words);
      let isOver = false;
      const ending = outcome.then((ended) => {
        isOver = true;
        return ended;
      });
      const bricks = join(output, '.cloudreg', 'ingest', 'bricks', 'info');
      while (!existsSync(bricks) && !isOver) await sleep(10);
      child.kill('SIGKILL');
      expect((await ending).exitCode).toBeNull();

      expect(await cloudreg('convert', input, output, ...words)).toMatchObject({ exitCode: 0 });
      expect(existsSync(bricks)).toBe(false);
      const [files, expected] = [volumeFiles(output), volumeFiles(undisturbed)];
      expect(Object.keys(files)).toEqual(Object.keys(expected));
      // The provenance names the same input, and the rest is voxels.
      expect(files).toEqual(expected);
      const volume = await openVolume(await openStore(output));
      expect(Buffer.compare((await voxelsOfMip(volume, 0)) as Uint8Array, data as Uint8Array)).toBe(0);
    }),
  );
});

describe('cloudreg convert refuses', () => {
  const refused = async (...words: string[]): Promise<string> => {
    const { exitCode, err } = await cloudregHere('convert', ...words);
    expect(exitCode).toBe(2);
    expect(err).not.toContain('    at ');
    return err;
  };

  it('a voxel size that is missing, zero or of two numbers', () =>
    inFolder(async (folder) => {
      const input = slices(folder);
      const output = join(folder, 'out');
      expect(await refused(input, output)).toContain('Give --voxel-size x,y,z in micrometres');
      for (const given of ['0,1,1', '1,1', 'big'])
        expect(await refused(input, output, '--voxel-size', given)).toContain(
          '3 values separated by commas, each a number above 0',
        );
      expect(existsSync(output)).toBe(false);
    }));

  it('words that mean nothing', () =>
    inFolder(async (folder) => {
      const input = slices(folder);
      const output = join(folder, 'out');
      expect(await refused(input, output, ...UM, '--dtype', 'float64')).toContain(
        '--dtype is "float64"; expected',
      );
      expect(await refused(input, output, ...UM, '--encoding', 'zarr')).toContain(
        '--encoding is "zarr"; expected',
      );
      expect(await refused(input, output, ...UM, '--orientation', 'RAS')).toContain(
        'two orientations such as RIP:PIR',
      );
      expect(await refused(input, output, ...UM, '--wait')).toContain('--wait is for --enqueue');
      expect(await refused(input, output, ...UM, '--enqueue', '--workers', '2')).toContain(
        '--workers is for this machine',
      );
    }));

  it('an output among the slices, and one that holds a volume of another program', () =>
    inFolder(async (folder) => {
      const input = slices(folder);
      expect(await refused(input, join(input, 'out'), ...UM)).toContain('lies inside the input');
      const other = join(folder, 'other');
      mkdirSync(other);
      writeFileSync(join(other, 'info'), '{}');
      expect(await refused(input, other, ...UM)).toContain('holds a volume that no job of this program made');
      expect(readFileSync(join(other, 'info'), 'utf8')).toBe('{}');
    }));

  it('an empty folder, a file of no known kind, and what is not there', () =>
    inFolder(async (folder) => {
      const output = join(folder, 'out');
      const empty = join(folder, 'empty');
      mkdirSync(empty);
      writeFileSync(join(folder, 'notes.txt'), 'nothing to see');
      expect(await refused(empty, output, ...UM)).toContain('has no files called .tif, .tiff or .png');
      expect(await refused(join(folder, 'notes.txt'), output, ...UM)).toContain(
        'begin like no file that is known',
      );
      expect(await refused(join(folder, 'absent'), output, ...UM)).toContain(
        'cannot be opened: check the path',
      );
    }));
});
