/**
 * `cloudreg convert` of uncompressed slices, against the encoder alone on the same chunks with as many threads, and its
 * memory; as 512 MiB, or `convert:4GiB`.
 */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { encodeTiff } from '../shared/formats/tiff/write.ts';
import { seededRandom } from '../shared/numerics/random.ts';
import { runJobOf } from './cloudreg.ts';
import type { EncoderShare, EncoderTimes } from './convert-encoder.ts';

const THREADS = 2;
const SIDE = { small: 1024, large: 2048 } as const;
const PLANES = { small: 256, large: 512 } as const;

export const benches = [{ name: 'convert', run: benchConvert }];

async function benchConvert(print: (text: string) => void, parts: readonly string[]): Promise<void> {
  const size = parts.some((part) => part.toLowerCase() === '4gib') ? 'large' : 'small';
  const folder = mkdtempSync(join(tmpdir(), 'cloudreg-bench-'));
  try {
    const bytes = writeSlices(join(folder, 'slices'), SIDE[size], PLANES[size]);
    print(
      `  ${PLANES[size]} slices of ${SIDE[size]} x ${SIDE[size]}, uint16: ${bytes / 2 ** 20} MiB, in the page cache`,
    );
    const volume = join(folder, 'volume');
    const flags = ['--voxel-size', '1,1,1', '--workers', String(THREADS)];
    const run = runJobOf('convert', join(folder, 'slices'), volume, ...flags);
    print(`  convert: ${run.seconds.toFixed(1)} s, ${(bytes / 1e6 / run.seconds).toFixed(0)} MB/s`);
    const { seconds, cpuSeconds } = await encoderAlone(volume);
    print(`  the encoder alone on the same chunks, ${THREADS} threads: ${seconds.toFixed(1)} s`);
    print(`  ratio: ${(run.seconds / seconds).toFixed(2)} (bound 1.5)`);
    // On a machine that does other things as well, this one tells more.
    const ratio = (run.cpuSeconds / cpuSeconds).toFixed(2);
    print(
      `  CPU: ${run.cpuSeconds.toFixed(1)} s, starting the program included, of the encoder ${cpuSeconds.toFixed(1)} s: ${ratio}`,
    );
    print(`  peak memory: ${run.peakRssMiB} MiB (bound 1024)`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Tissue of a few hundred counts with a camera's noise, another in each slice; returns the bytes of the voxels. */
function writeSlices(folder: string, side: number, planes: number): number {
  mkdirSync(folder, { recursive: true });
  const random = seededRandom(1);
  const noise = Float32Array.from({ length: 2 ** 20 }, () => 30 * (random() + random() + random() - 1.5));
  const plane = new Uint16Array(side * side);
  for (let z = 0; z < planes; z++) {
    const from = Math.floor(random() * 2 ** 20);
    for (let y = 0, i = 0; y < side; y++)
      for (let x = 0; x < side; x++, i++) {
        const tissue = 400 + 250 * Math.sin(x / 90) * Math.cos(y / 70) + z / 4;
        plane[i] = tissue + noise[(from + i) % 2 ** 20]!;
      }
    writeFileSync(join(folder, `slice ${z}.tif`), encodeTiff(side, side, plane));
  }
  return side * side * planes * 2;
}

/** Wall seconds of the slower thread, CPU seconds of all. */
async function encoderAlone(volume: string): Promise<{ seconds: number; cpuSeconds: number }> {
  const files = readdirSync(volume, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.gz') && !file.startsWith('.cloudreg'))
    .map((file) => join(volume, file));
  const shares = Array.from({ length: THREADS }, (_, n) => files.filter((__, i) => i % THREADS === n));
  const before = process.cpuUsage();
  const times = await Promise.all(shares.map((share) => encodeInThread({ files: share })));
  const { user, system } = process.cpuUsage(before);
  const sum = (of: (time: EncoderTimes) => number) => times.reduce((total, time) => total + of(time), 0);
  const share = sum(({ encodingSeconds }) => encodingSeconds) / sum(({ allSeconds }) => allSeconds);
  return {
    seconds: Math.max(...times.map(({ encodingSeconds }) => encodingSeconds)),
    cpuSeconds: ((user + system) / 1e6) * share,
  };
}

const encodeInThread = (share: EncoderShare): Promise<EncoderTimes> =>
  new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./convert-encoder.js', import.meta.url), { workerData: share });
    worker.once('message', resolve).once('error', reject);
  });
