/** The whole program on 2 GiB: against node's gzip of the same output, and its memory on four times as much. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { runCloudreg } from './cloudreg.ts';
import { enlarge, makeAcquisition } from './run-data.ts';

const THREADS = 2;
const SIDE = 8;
/** Every tile is a copy of one: there is nothing to align, and what light fell off is the same everywhere. */
const FLAGS = ['--placement', 'nominal', '--flat-field', 'none', '--background', 'none'];

export const benches = [{ name: 'run', run: benchRun }];

async function benchRun(print: (text: string) => void): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'cloudreg-bench-'));
  try {
    const rawBytes = await makeAcquisition(join(folder, 'raw'), SIDE);
    print(`  raw data: ${gib(rawBytes)} uncompressed, ${SIDE} x ${SIDE} tiles, in the page cache`);
    const warmUp = [join(folder, 'raw'), join(folder, 'warm-up'), THREADS, ...FLAGS] as const;
    runCloudreg(...warmUp, '--until', 'stitching.report');
    const fusion = runCloudreg(...warmUp);
    print(`  fusion read ${(fusion.bytesRead / rawBytes).toFixed(3)} times the raw bytes (bound 1.2)`);
    rmSync(join(folder, 'warm-up'), { recursive: true });
    const small = runCloudreg(join(folder, 'raw'), join(folder, 'volume'), THREADS, ...FLAGS);
    const gzip = await gzipSeconds(join(folder, 'volume'));
    print(
      `  run: ${small.seconds.toFixed(1)} s, ${(rawBytes / 1e6 / small.seconds).toFixed(0)} MB/s of raw data`,
    );
    print(`  node's gzip level 1 of all output voxels, ${THREADS} threads: ${gzip.toFixed(1)} s`);
    print(`  ratio: ${(small.seconds / gzip).toFixed(2)} (bound 1.5)`);
    print(
      `  read ${(small.bytesRead / rawBytes).toFixed(3)} times the raw bytes in all, the survey included`,
    );
    rmSync(join(folder, 'volume'), { recursive: true });
    enlarge(join(folder, 'raw'), join(folder, 'raw-4'), SIDE * 2);
    const large = runCloudreg(join(folder, 'raw-4'), join(folder, 'volume-4'), THREADS, ...FLAGS);
    print(
      `  peak memory: ${small.peakRssMiB} MiB (bound 1536), on ${gib(4 * rawBytes)} ${large.peakRssMiB} MiB,`,
    );
    print(`  ${((large.peakRssMiB / small.peakRssMiB - 1) * 100).toFixed(1)} % more (bound 10)`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Wall seconds of compressing what the volume's chunks hold, chunk by chunk, with the same threads. */
async function gzipSeconds(volume: string): Promise<number> {
  const files = readdirSync(volume, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.gz') && !file.startsWith('.cloudreg'))
    .map((file) => join(volume, file));
  const shares = Array.from({ length: THREADS }, (_, n) => files.filter((__, i) => i % THREADS === n));
  return Math.max(...(await Promise.all(shares.map(gzipInThread))));
}

const GZIP_THREAD = `
  const { readFileSync } = require('node:fs');
  const { gunzipSync, gzipSync } = require('node:zlib');
  const { parentPort, workerData } = require('node:worker_threads');
  let seconds = 0;
  for (const file of workerData) {
    const voxels = gunzipSync(readFileSync(file));
    const start = performance.now();
    gzipSync(voxels, { level: 1 });
    seconds += (performance.now() - start) / 1000;
  }
  parentPort.postMessage(seconds);
`;

const gzipInThread = (files: string[]): Promise<number> =>
  new Promise((resolve, reject) => {
    new Worker(GZIP_THREAD, { eval: true, workerData: files }).once('message', resolve).once('error', reject);
  });

const gib = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(0)} GiB`;
