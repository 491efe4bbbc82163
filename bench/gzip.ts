/** The image encoder against node's zlib, one thread, turn and turn about: speed and size, with bounds. */
import { constants, gunzipSync, gzipSync, type ZlibOptions } from 'node:zlib';
import { type GzipLevel, gzipLevels } from '../shared/kernels/gzip.ts';
import { gzipBuffers, loadKernels, type Pixels } from '../shared/kernels/kernels.ts';
import { atLeast, type Bound, printBounds } from './bounds.ts';
import { type ChunkSet, chunkSets } from './gzip-data.ts';
import { sizeBounds } from './gzip-sizes.ts';

const WARM_UP_ROUNDS = 20;
const ROUNDS = 15;
/** Literals alone: at most 2 % larger than zlib's. */
const HUFFMAN_SIZE = 0.98;

export const benches = [{ name: 'gzip', run: benchGzip }];

async function benchGzip(print: (text: string) => void): Promise<void> {
  print(
    '  speed in multiples of zlib level 1 (its own in MB/s), then the ratio of sizes; CPU time, medians of 15 rounds',
  );
  const columns = ['zlib -1', 'zlib huffman', ...gzipLevels].map((name) => name.padStart(16)).join('');
  print(`  ${'chunks'.padEnd(NAME_WIDTH)}${columns}`);
  const bounds = sizeBounds((voxels, level) => kernelEncoder(level, [voxels])(voxels));
  for (const set of await chunkSets()) {
    const measured = set.chunks && measureSet(set.chunks);
    print(
      `  ${set.name.padEnd(NAME_WIDTH)}${measured === undefined ? 'skipped: no ../shared/data' : rowOf(measured)}`,
    );
    if (measured !== undefined) bounds.push(...boundsOf(set, measured));
  }
  print('');
  printBounds(bounds, print);
}

const NAME_WIDTH = 28;

type Encoder = (chunk: Pixels) => Uint8Array;

interface Measured {
  readonly megabytesPerSecond: number;
  /** Against zlib's level 1 in the same round. */
  readonly speed: number;
  readonly ratio: number;
}

type MeasuredSet = Readonly<Record<'zlib' | 'huffmanOnly' | GzipLevel, Measured>>;

function measureSet(chunks: readonly Pixels[]): MeasuredSet {
  const zlib = (options: ZlibOptions) => (chunk: Pixels) => gzipSync(chunk, options);
  const [first, huffmanOnly, huffman, auto, matches] = measureInTurns(
    [
      zlib({ level: 1 }),
      zlib({ level: 1, strategy: constants.Z_HUFFMAN_ONLY }),
      ...gzipLevels.map((level) => kernelEncoder(level, chunks)),
    ],
    chunks,
  );
  return { zlib: first!, huffmanOnly: huffmanOnly!, huffman: huffman!, auto: auto!, matches: matches! };
}

function rowOf({ zlib, huffmanOnly, ...own }: MeasuredSet): string {
  const cells = [
    `${zlib.megabytesPerSecond.toFixed(0)} MB/s ${zlib.ratio.toFixed(3)}`,
    ...[huffmanOnly, ...gzipLevels.map((level) => own[level])].map(
      ({ speed, ratio }) => `${speed.toFixed(2)}x ${ratio.toFixed(3)}`,
    ),
  ];
  return cells.map((text) => text.padStart(16)).join('');
}

function boundsOf({ name, least, isTissue }: ChunkSet, measured: MeasuredSet): Bound[] {
  const speeds = gzipLevels.flatMap((level) => {
    const bound = least[level];
    return bound === undefined
      ? []
      : [atLeast(`${name}, ${level}: speed`, measured[level].speed, bound, 'x')];
  });
  if (isTissue !== true) return speeds;
  const size = (level: GzipLevel, reference: Measured, bound: number): Bound =>
    atLeast(`${name}, ${level}: ratio to zlib's`, measured[level].ratio / reference.ratio, bound);
  return [
    ...speeds,
    size('huffman', measured.huffmanOnly, HUFFMAN_SIZE),
    size('auto', measured.zlib, 1),
    size('matches', measured.zlib, 1),
  ];
}

/**
 * Both copies are counted: into the kernel's memory and out of it, into memory that is used again, so what an encoder returns
 * stands until its next call. The product makes neither.
 */
function kernelEncoder(level: GzipLevel, chunks: readonly Pixels[]): Encoder {
  const kernels = loadKernels();
  const mostBytes = Math.max(0, ...chunks.map(({ byteLength }) => byteLength));
  const { input, ...buffers } = kernels.layout({
    input: { type: 'uint8', length: mostBytes },
    ...gzipBuffers(mostBytes),
  });
  const room = new Uint8Array(buffers.gzipped.length);
  return (chunk) => {
    input.set(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    const file = kernels.gzip(input.subarray(0, chunk.byteLength), level, buffers);
    room.set(file);
    return room.subarray(0, file.length);
  };
}

function measureInTurns(encoders: readonly Encoder[], chunks: readonly Pixels[]): Measured[] {
  for (const encode of encoders) for (let round = 0; round < WARM_UP_ROUNDS; round++) encode(chunks[0]!);
  const seconds: number[][] = encoders.map(() => []);
  for (let round = 0; round < ROUNDS; round++)
    for (const [i, encode] of encoders.entries()) seconds[i]!.push(secondsOf(() => chunks.forEach(encode)));
  const bytes = chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0);
  return encoders.map((encode, i) => ({
    megabytesPerSecond: bytes / 1e6 / median(seconds[i]!),
    speed: median(seconds[i]!.map((spent, round) => seconds[0]![round]! / spent)),
    ratio: ratioOf(encode, chunks),
  }));
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

/** Of CPU, not of the clock: what else the machine does is left out. */
function secondsOf(work: () => void): number {
  const begin = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(begin);
  return (user + system) / 1e6;
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!;
