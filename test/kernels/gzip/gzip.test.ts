/** What the gzip kernel writes, and that it is the file its oracle writes. */
import { spawnSync } from 'node:child_process';
import { crc32, gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { fuzzGzip, type GuardedEncoder, guardedEncoder } from '../../../bench/fuzz-gzip.ts';
import { anyInput } from '../../../bench/gzip-inputs.ts';
import { noisyRamp } from '../../../bench/noisy-ramp.ts';
import { gzipBound, gzipLevels } from '../../../shared/kernels/gzip.ts';
import { gzipBuffers, loadKernels } from '../../../shared/kernels/kernels.ts';
import { gzip as oracle } from '../../../shared/kernels/oracles/gzip/encode.ts';
import { seededRandom } from '../../../shared/numerics/random.ts';
import { runsAll } from '../../long.ts';

const random = seededRandom(1);
const encode = guardedEncoder(loadKernels());
const file = (input: Uint8Array, level: (typeof gzipLevels)[number], by: GuardedEncoder = encode) =>
  by(input, level, random, `${input.length} bytes, ${level}`);

const ramp = noisyRamp();
const rampBytes = new Uint8Array(ramp.buffer);

function expectSameBytes(actual: Uint8Array, expected: Uint8Array, label: string): void {
  if (Buffer.compare(actual, expected) === 0) return;
  const at = expected.findIndex((byte, i) => byte !== actual[i]);
  expect.fail(`${label}: ${actual.length} bytes, expected ${expected.length}; byte ${at} is the first other`);
}

describe.each(gzipLevels)('gzip, %s', (level) => {
  it('comes back at every length from 0 to 600 bytes', () => {
    for (let length = 0; length <= 600; length++)
      for (const input of [rampBytes.subarray(0, length), new Uint8Array(length)])
        expectSameBytes(gunzipSync(file(input, level)), input, `${length} bytes`);
  });

  it('comes back at the edges of blocks', () => {
    for (let length = 65_534; length <= 65_546; length++)
      expectSameBytes(
        gunzipSync(file(rampBytes.subarray(0, length), level)),
        rampBytes.subarray(0, length),
        `${length}`,
      );
    for (let length = 131_071; length <= 131_073; length++)
      expectSameBytes(
        gunzipSync(file(rampBytes.subarray(0, length), level)),
        rampBytes.subarray(0, length),
        `${length}`,
      );
  });

  it('is the file that the oracle writes', () => {
    for (let seed = 1; seed <= 60; seed++) {
      const { kind, input } = anyInput(seededRandom(seed));
      const part = input.subarray(0, 140_000);
      expectSameBytes(file(part, level), oracle(part, level), `seed ${seed}, ${kind}`);
    }
  });

  it('is the file that the oracle writes, of voxels in as many rows of 256 values as are counted, and in more', () => {
    for (const [voxels, rows] of [
      [255, 1],
      [257, 1],
      [257, 2],
      [30_001, 1],
      [30_001, 32],
      [30_001, 33],
    ] as const) {
      const bytes = voxelsInRows(voxels, rows);
      expectSameBytes(file(bytes, level), oracle(bytes, level), `${voxels} voxels in ${rows} rows`);
    }
  });

  it('does not depend on what was encoded before', () => {
    const input = rampBytes.subarray(0, 70_001);
    expectSameBytes(
      file(input, level),
      file(input, level, guardedEncoder(loadKernels())),
      'a fresh instance',
    );
  });

  it('stays within its bound where nothing can be gained', () => {
    const noise = Uint8Array.from({ length: 200_000 }, () => random() * 256);
    for (const length of [1, 100, 65_535, 65_536, 65_537, 200_000])
      expect(file(noise.subarray(0, length), level).length).toBeLessThanOrEqual(gzipBound(length) - 8);
  });

  it('takes no byte from before the input at the edge of the window', () => {
    for (const k of [16_382, 16_383, 16_384, 16_385, 16_386, 32_767, 32_768, 32_769])
      for (let again = 0; again < 4; again++) expectSameBytes(...windowEdge(k, level), `voxel ${k}`);
  });
});

/** Of the highest rows, the last voxel alone in the highest: low bytes gather around a value. */
function voxelsInRows(count: number, rows: number): Uint8Array {
  const voxels = Uint16Array.from({ length: count }, () => {
    const low = (random() + random()) * 128;
    return (256 - rows + Math.floor(random() * Math.max(1, rows - 1))) * 256 + low;
  });
  voxels[count - 1] = 65_535;
  return new Uint8Array(voxels.buffer);
}

/** Voxels k and k + 1 equal 0 and 1, and the byte before the input equals the one before voxel k. */
function windowEdge(k: number, level: (typeof gzipLevels)[number]): [Uint8Array, Uint8Array] {
  const kernels = loadKernels();
  const voxels = Uint16Array.from({ length: 40_000 }, () => random() * 4096);
  voxels.set(voxels.subarray(0, 2), k);
  const bytes = new Uint8Array(voxels.buffer);
  const { area, ...buffers } = kernels.layout({
    area: { type: 'uint8', length: bytes.length + 1 },
    ...gzipBuffers(bytes.length),
  });
  area.set(bytes, 1);
  area[0] = bytes[2 * k - 1]!;
  return [gunzipSync(kernels.gzip(area.subarray(1), level, buffers)), bytes];
}

describe('a gzip file', () => {
  it('has the sizes that were worked out for a noisy ramp and for zeros', () => {
    expect(crc32(rampBytes).toString(16)).toBe('a972b32a');
    expect(gzipLevels.map((level) => file(rampBytes, level).length)).toEqual([280_508, 269_242, 269_242]);
    const zeros = new Uint8Array(2 ** 19);
    expect(gzipLevels.map((level) => file(zeros, level).length)).toEqual([65_646, 3461, 3461]);
  });

  it('of nothing is a header, an empty block and zeros', () => {
    for (const level of gzipLevels)
      expect(Buffer.from(file(new Uint8Array(), level)).toString('hex')).toBe(
        '1f8b08000000000004ff03000000000000000000',
      );
  });

  it('survives random inputs: npm run fuzz:gzip runs more of them', () => fuzzGzip({ seed: 1, count: 150 }));

  it('is refused where a buffer is too small or elsewhere', () => {
    const kernels = loadKernels();
    const { voxels, ...buffers } = kernels.layout({
      voxels: { type: 'uint16', length: 100 },
      ...gzipBuffers(200),
    });
    const { gzipScratch, gzipped } = buffers;
    const gzip = (into: typeof buffers) => () => kernels.gzip(voxels, 'auto', into);
    expect(gzip({ gzipScratch, gzipped: gzipped.subarray(1) })).toThrow(
      'gzipped has 243 bytes, expected at least 244',
    );
    expect(gzip({ gzipScratch: gzipScratch.subarray(1), gzipped })).toThrow(/gzipScratch has (\d+) bytes/);
    expect(gzip({ gzipScratch, gzipped: new Uint8Array(244) })).toThrow('gzipped does not lie in the memory');
    expect(() => kernels.gzip(ramp, 'auto', kernels.layout(gzipBuffers(ramp.byteLength)))).toThrow(
      'voxels does not lie',
    );
  });
});

/** Of Debian: gzip, python3, libdeflate-tools, isal. */
const readers: readonly [name: string, command: string, args: readonly string[]][] = [
  ['gzip', 'gzip', ['-dc']],
  [
    'Python',
    'python3',
    ['-c', 'import gzip, sys; sys.stdout.buffer.write(gzip.decompress(sys.stdin.buffer.read()))'],
  ],
  ['libdeflate', 'libdeflate-gunzip', ['-c', '-']],
  ['igzip', 'igzip', ['-d', '-c', '-']],
];

describe.each(readers)('%s', (_, command, args) => {
  const isPresent = spawnSync(command, ['--help']).error === undefined;

  it.skipIf(!isPresent)('reads what is written, with all its checks', () => {
    for (let seed = 1; seed <= (runsAll ? 5 : 1); seed++)
      for (const level of gzipLevels) {
        const { input } = anyInput(seededRandom(seed));
        const { stdout, status, stderr } = spawnSync(command, args, {
          input: file(input, level),
          maxBuffer: 2 ** 24,
        });
        expect(status, stderr.toString()).toBe(0);
        expectSameBytes(stdout, input, `seed ${seed}, ${level}`);
      }
  });
});
