/** Sizes of files that were worked out beforehand (GZIP section 10). */
import { crc32 } from 'node:zlib';
import { type GzipLevel, gzipLevels } from '../shared/kernels/gzip.ts';
import type { Pixels } from '../shared/kernels/kernels.ts';
import type { Bound } from './bounds.ts';
import { noisyRamp } from './noisy-ramp.ts';

const EXPECTED: readonly [name: string, voxels: () => Pixels, sizes: Readonly<Record<GzipLevel, number>>][] =
  [
    ['noisy ramp', noisyRamp, { huffman: 280_508, auto: 269_242, matches: 269_242 }],
    ['512 KiB of zeros', () => new Uint16Array(2 ** 18), { huffman: 65_646, auto: 3461, matches: 3461 }],
    ['nothing', () => new Uint16Array(), { huffman: 20, auto: 20, matches: 20 }],
  ];
/** The CRC-32 of the ramp's voxels: another ramp would have other sizes. */
const RAMP_CRC = 0xa972b32a;
/** Where a rule differs on purpose. */
const TOLERANCE = 0.002;

export function sizeBounds(encode: (voxels: Pixels, level: GzipLevel) => Uint8Array): Bound[] {
  if (crc32(new Uint8Array(noisyRamp().buffer)) !== RAMP_CRC)
    throw new Error('the noisy ramp is another one');
  return EXPECTED.flatMap(([name, voxels, sizes]) =>
    gzipLevels.map((level) => {
      const found = encode(voxels(), level).length;
      return {
        what: `${name}, ${level}: bytes`,
        found: String(found),
        expected: `${sizes[level]} within 0.2 %`,
        holds: Math.abs(found - sizes[level]) <= sizes[level] * TOLERANCE,
      };
    }),
  );
}
