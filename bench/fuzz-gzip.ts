/** Random inputs through the gzip kernel at every level: what comes back, its size, its neighbours, its bytes again. */
import { gunzipSync } from 'node:zlib';
import { type GzipLevel, gzipBound, gzipLevels } from '../shared/kernels/gzip.ts';
import { gzipBuffers, type Kernels, loadKernels } from '../shared/kernels/kernels.ts';
import { seededRandom } from '../shared/numerics/random.ts';
import { anyInput } from './gzip-inputs.ts';

/** Bytes around each buffer that nobody may write. */
const GUARD = 64;
/** Above the longest input of three parts. */
const MOST_BYTES = 2 ** 19;

export interface GzipFuzz {
  readonly seed: number;
  readonly count: number;
}

/** Throws with the seed and number of the input that shows a fault. */
export function fuzzGzip({ seed, count }: GzipFuzz): void {
  const encode = guardedEncoder(loadKernels());
  for (let number = 0; number < count; number++) {
    const random = seededRandom(seed + number);
    const { kind, input } = anyInput(random);
    for (const level of gzipLevels) {
      const label = `--seed ${seed + number} --count 1: ${input.length} bytes of ${kind}, ${level}`;
      const file = encode(input, level, random, label);
      expect(Buffer.compare(gunzipSync(file), input) === 0, `${label}: other bytes come back`);
      expect(file.length <= gzipBound(input.length), `${label}: ${file.length} bytes are above the bound`);
      const again = encode(input, level, random, label);
      expect(Buffer.compare(file, again) === 0, `${label}: another place in memory gives other bytes`);
    }
  }
}

export type GuardedEncoder = (
  input: Uint8Array,
  level: GzipLevel,
  random: () => number,
  label: string,
) => Uint8Array;

/** Encodes somewhere in memory, between bytes of any value, and sees to it that those around the buffers stay. */
export function guardedEncoder(kernels: Kernels): GuardedEncoder {
  const { gzipScratch, gzipped } = gzipBuffers(MOST_BYTES);
  const memory = kernels.layout({
    voxels: { type: 'uint8', length: MOST_BYTES + 3 * GUARD },
    scratch: { type: 'uint8', length: gzipScratch.length + 2 * GUARD },
    out: { type: 'uint8', length: gzipped.length + 2 * GUARD },
  });
  return (input, level, random, label) => {
    if (input.length > MOST_BYTES) throw new RangeError(`${label}: expected at most ${MOST_BYTES} bytes`);
    const voxels = cut(memory.voxels, GUARD + Math.floor(random() * GUARD), input.length);
    const scratch = cut(memory.scratch, GUARD, gzipScratch.length);
    const out = cut(memory.out, GUARD, gzipBound(input.length));
    const guards = [...voxels.guards, ...scratch.guards, ...out.guards];
    for (const guard of guards) for (let i = 0; i < GUARD; i++) guard[i] = Math.floor(random() * 256);
    const before = guards.map((guard) => guard.slice());
    voxels.middle.set(input);
    const file = kernels.gzip(voxels.middle, level, { gzipScratch: scratch.middle, gzipped: out.middle });
    for (const [i, guard] of guards.entries())
      expect(Buffer.compare(guard, before[i]!) === 0, `${label}: bytes beside buffer ${i >> 1} were written`);
    expect(Buffer.compare(voxels.middle, input) === 0, `${label}: the voxels were written`);
    return file.slice();
  };
}

function cut(all: Uint8Array, begin: number, length: number) {
  const end = begin + length;
  const guards = [all.subarray(begin - GUARD, begin), all.subarray(end, end + GUARD)] as const;
  return { middle: all.subarray(begin, end), guards };
}

function expect(holds: boolean, fault: string): void {
  if (!holds) throw new Error(fault);
}
