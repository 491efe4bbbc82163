/**
 * The whole program on 2 GiB: against what its encoder alone needs, against itself with node's zlib, and its memory on
 * four times as much. `run:speed` leaves the latter out, `run:speed,small` takes 0.5 GiB.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { atLeast, atMost, type Bound, printBounds } from './bounds.ts';
import { type RunFigures, runCloudreg } from './cloudreg.ts';
import { encoderAlone } from './encoder-alone.ts';
import { enlarge, makeAcquisition } from './run-data.ts';

const THREADS = 2;
const SIDE = 8;
const SMALL_SIDE = 4;
/** Every tile is a copy of one: there is nothing to align, and what light fell off is the same everywhere. */
const FLAGS = ['--placement', 'nominal', '--flat-field', 'none', '--background', 'none'];

export const benches = [{ name: 'run', run: benchRun }];

type Print = (text: string) => void;

async function benchRun(print: Print, parts: readonly string[]): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'cloudreg-bench-'));
  const raw = join(folder, 'raw');
  const side = parts.includes('small') ? SMALL_SIDE : SIDE;
  try {
    const rawBytes = await makeAcquisition(raw, side);
    print(`  raw data: ${gib(rawBytes)} uncompressed, ${side} x ${side} tiles, in the page cache`);
    const { small, bounds } = await measureSpeed(raw, folder, rawBytes, print);
    if (parts.length === 0 || parts.includes('memory'))
      bounds.push(...measureMemory(raw, folder, side, small));
    printBounds(bounds, print);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measureSpeed(
  raw: string,
  folder: string,
  rawBytes: number,
  print: Print,
): Promise<{ small: RunFigures; bounds: Bound[] }> {
  const volume = join(folder, 'volume');
  const run = (...flags: string[]): RunFigures => {
    rmSync(volume, { recursive: true, force: true });
    return runCloudreg(raw, volume, THREADS, ...FLAGS, ...flags);
  };
  const tell = (what: string, wall: number, cpu: number, system?: number): void => {
    const inKernel = system === undefined ? '' : `, ${system.toFixed(1)} of them in the kernel`;
    print(
      `  ${what.padEnd(34)}${wall.toFixed(1).padStart(7)} s${cpu.toFixed(1).padStart(8)} s of CPU${inKernel}`,
    );
  };
  run('--until', 'stitching.report');
  const fusion = runCloudreg(raw, volume, THREADS, ...FLAGS);
  const zlib = run('--compress', 'zlib');
  const own = run();
  const alone = await encoderAlone(volume, THREADS);
  tell('run --compress zlib', zlib.seconds, zlib.cpuSeconds, zlib.systemSeconds);
  tell(
    `run, ${(rawBytes / 1e6 / own.seconds).toFixed(0)} MB/s of raw data`,
    own.seconds,
    own.cpuSeconds,
    own.systemSeconds,
  );
  tell(`the encoder alone, ${THREADS} processes`, alone.wall, alone.cpu);
  return {
    small: own,
    bounds: [
      atMost('time of run, in that of its encoder alone', own.seconds / alone.wall, 1.4),
      atLeast('with --compress zlib, in time of run', zlib.seconds / own.seconds, 2),
      atMost('bytes read by fusion, of the raw bytes', fusion.bytesRead / rawBytes, 1.2),
      atMost('peak memory', own.peakRssMiB, 1536, ' MiB'),
    ],
  };
}

function measureMemory(raw: string, folder: string, side: number, small: RunFigures): Bound[] {
  rmSync(join(folder, 'volume'), { recursive: true });
  enlarge(raw, join(folder, 'raw-4'), side * 2);
  const large = runCloudreg(join(folder, 'raw-4'), join(folder, 'volume-4'), THREADS, ...FLAGS);
  return [
    atMost('peak memory on four times as much', large.peakRssMiB, 1536, ' MiB'),
    atMost('and what it is more', (large.peakRssMiB / small.peakRssMiB - 1) * 100, 10, ' %'),
  ];
}

const gib = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`;
