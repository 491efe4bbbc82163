/** How long the image encoder needs for the chunks of a volume when nothing else is done: a process a thread. */
import { fork } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { gzipBuffers, loadKernels } from '../shared/kernels/kernels.ts';

interface EncoderSeconds {
  /** Of the clock, of the process that took longest. */
  readonly wall: number;
  /** Of all of them. */
  readonly cpu: number;
}

/** In one process of their own each, as CPU seconds are counted by the process. Chunks are in memory when the time begins. */
export async function encoderAlone(volume: string, threads: number): Promise<EncoderSeconds> {
  const files = readdirSync(volume, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.gz') && !file.startsWith('.cloudreg'))
    .map((file) => join(volume, file));
  const shares = Array.from({ length: threads }, (_, n) => files.filter((__, i) => i % threads === n));
  const spent = await Promise.all(shares.map(encodeInProcess));
  return {
    wall: Math.max(...spent.map(({ wall }) => wall)),
    cpu: spent.reduce((sum, { cpu }) => sum + cpu, 0),
  };
}

const encodeInProcess = (files: readonly string[]): Promise<EncoderSeconds> =>
  new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(import.meta.url), [CHILD]);
    child.once('message', (spent) => resolve(spent as EncoderSeconds)).once('error', reject);
    child.once('exit', (code) => reject(new Error(`the encoder's process ended with ${code}`)));
    child.send(files);
  });

const CHILD = 'encode-chunks';

/** Some chunks that are not counted: the kernel is compiled anew while it runs. */
const WARM_UP_CHUNKS = 20;

/** Of a chunk of 128 x 128 x 64 voxels of float32: larger ones are not made. */
const MOST_BYTES = 2 ** 22;

function encodeFiles(files: readonly string[]): EncoderSeconds {
  const kernels = loadKernels();
  const { input, ...buffers } = kernels.layout({
    input: { type: 'uint8', length: MOST_BYTES },
    ...gzipBuffers(MOST_BYTES),
  });
  let [wall, cpu] = [0, 0];
  for (const file of [...files.slice(0, WARM_UP_CHUNKS), ...files]) {
    const voxels = gunzipSync(readFileSync(file), { chunkSize: MOST_BYTES });
    input.set(voxels);
    const [begin, before] = [performance.now(), process.cpuUsage()];
    kernels.gzip(input.subarray(0, voxels.length), 'auto', buffers);
    const { user, system } = process.cpuUsage(before);
    wall += (performance.now() - begin) / 1000;
    cpu += (user + system) / 1e6;
  }
  return { wall, cpu };
}

if (process.argv[2] === CHILD)
  process.once('message', (files) => {
    process.send?.(encodeFiles(files as string[]), () => process.disconnect());
  });
