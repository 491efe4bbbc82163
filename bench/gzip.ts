/** The image encoder against node's zlib, one thread, turn and turn about: speed and size, with bounds. */
import { constants, gunzipSync, gzipSync, type ZlibOptions } from 'node:zlib';
import { type GzipLevel, gzipLevels } from '../shared/kernels/gzip.ts';
import { gzipBuffers, loadKernels, type Pixels } from '../shared/kernels/kernels.ts';
import { type ChunkSet, chunkSets } from './gzip-data.ts';

const WARM_UP_ROUNDS = 20;
const ROUNDS = 15;

export const benches = [{ name: 'gzip', run: benchGzip }];

async function benchGzip(print: (text: string) => void): Promise<void> {
  print(
    '  chunks of 64 x 64 x 64; speed in multiples of zlib level 1 (its own in MB/s), then the ratio of sizes',
  );
  print(
    `  ${'chunks'.padEnd(24)}${['zlib -1', 'zlib huffman', ...gzipLevels].map((name) => name.padStart(16)).join('')}`,
  );
  for (const set of await chunkSets()) print(`  ${set.name.padEnd(24)}${rowOf(set)}`);
}

type Encoder = (chunk: Pixels) => Uint8Array;

interface Measured {
  readonly seconds: readonly number[];
  readonly ratio: number;
}

function rowOf({ chunks, least, isTissue }: ChunkSet): string {
  if (chunks === undefined) return 'skipped: ../shared/data/lightsheet_cellfinder is not there';
  const zlib = (options: ZlibOptions) => (chunk: Pixels) => gzipSync(chunk, options);
  const encoders = [
    zlib({ level: 1 }),
    zlib({ level: 1, strategy: constants.Z_HUFFMAN_ONLY }),
    ...gzipLevels.map((level) => kernelEncoder(level, chunks)),
  ];
  const [first, huffmanOnly, ...own] = measureInTurns(encoders, chunks);
  const bytes = chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0);
  const cells = [
    `${(bytes / 1e6 / median(first!.seconds)).toFixed(0)} MB/s ${first!.ratio.toFixed(3)}`,
    cell(huffmanOnly!, first!),
    ...gzipLevels.map((level, i) => cell(own[i]!, first!, least[level])),
  ];
  const row = cells.map((text) => text.padStart(16)).join('');
  return isTissue ? row + sizeVerdict(own, first!, huffmanOnly!) : row;
}

function cell({ seconds, ratio }: Measured, first: Measured, least?: number): string {
  const speed = median(seconds.map((spent, round) => first.seconds[round]! / spent));
  const mark = least !== undefined && speed < least ? `(bound ${least}!) ` : '';
  return `${mark}${speed.toFixed(2)}x ${ratio.toFixed(3)}`;
}

/** Bounds: matches and auto as small as zlib, literals alone within 2 % of zlib's literals alone. */
function sizeVerdict([huffman, auto, matches]: readonly Measured[], first: Measured, only: Measured): string {
  const holds =
    huffman!.ratio >= only.ratio * 0.98 && auto!.ratio >= first.ratio && matches!.ratio >= first.ratio;
  return holds ? '  sizes within bounds' : '  SIZES ABOVE THEIR BOUNDS';
}

/** Both copies are counted: into the kernel's memory and out of it. */
function kernelEncoder(level: GzipLevel, chunks: readonly Pixels[]): Encoder {
  const kernels = loadKernels();
  const mostBytes = Math.max(...chunks.map(({ byteLength }) => byteLength));
  const { input, ...buffers } = kernels.layout({
    input: { type: 'uint8', length: mostBytes },
    ...gzipBuffers(mostBytes),
  });
  return (chunk) => {
    input.set(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    return kernels.gzip(input.subarray(0, chunk.byteLength), level, buffers).slice();
  };
}

function measureInTurns(encoders: readonly Encoder[], chunks: readonly Pixels[]): Measured[] {
  for (const encode of encoders) for (let round = 0; round < WARM_UP_ROUNDS; round++) encode(chunks[0]!);
  const seconds: number[][] = encoders.map(() => []);
  for (let round = 0; round < ROUNDS; round++)
    for (const [i, encode] of encoders.entries()) seconds[i]!.push(secondsOf(() => chunks.forEach(encode)));
  return encoders.map((encode, i) => ({ seconds: seconds[i]!, ratio: ratioOf(encode, chunks) }));
}

function ratioOf(encode: Encoder, chunks: readonly Pixels[]): number {
  let [plain, stored] = [0, 0];
  for (const chunk of chunks) {
    const file = encode(chunk);
    const back = gunzipSync(file, { chunkSize: chunk.byteLength });
    const voxels = new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    if (Buffer.compare(back, voxels) !== 0) throw new Error('a chunk does not come back as it was');
    plain += chunk.byteLength;
    stored += file.length;
  }
  return plain / stored;
}

function secondsOf(work: () => void): number {
  const begin = performance.now();
  work();
  return (performance.now() - begin) / 1000;
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!;
