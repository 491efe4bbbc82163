/** A thread that encodes chunks as `convert` does, and nothing else; run by `bench convert`. */
import { readFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { gunzipSync } from 'node:zlib';
import { loadKernels } from '../shared/kernels/kernels.ts';
import { encoderBuffers, imageEncoder } from '../shared/volume/codecs/image-encoder.ts';

export interface EncoderShare {
  /** Chunks of uint16, gzip. */
  readonly files: readonly string[];
}

/** Of this thread, by the clock. */
export interface EncoderTimes {
  readonly encodingSeconds: number;
  /** With reading and unpacking. */
  readonly allSeconds: number;
}

const MOST_VOXELS = 128 * 128 * 64;

const kernels = loadKernels();
const { chunk, ...buffers } = kernels.layout({
  chunk: { type: 'uint16', length: MOST_VOXELS },
  ...encoderBuffers('gzip', 2 * MOST_VOXELS),
});
const encode = imageEncoder('gzip', kernels, buffers, 2 * MOST_VOXELS);
const began = performance.now();
let encodingSeconds = 0;
for (const file of (workerData as EncoderShare).files) {
  const bytes = gunzipSync(readFileSync(file));
  new Uint8Array(chunk.buffer, chunk.byteOffset, bytes.length).set(bytes);
  const start = performance.now();
  (await encode(chunk.subarray(0, bytes.length / 2))).release?.();
  encodingSeconds += (performance.now() - start) / 1000;
}
const times: EncoderTimes = { encodingSeconds, allSeconds: (performance.now() - began) / 1000 };
parentPort!.postMessage(times);
