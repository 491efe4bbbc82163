import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { openStore } from '../../shared/adapters/open-store.ts';
import { readNpy } from '../../shared/formats/npy.ts';
import { volumeBox } from '../../shared/volume/chunk-grid.ts';
import { bytesOf } from '../../shared/volume/data-type.ts';
import { openVolume } from '../../shared/volume/open-volume.ts';
import { sharedPath } from '../shared-data.ts';

interface Entry {
  readonly path: string;
  readonly kind: string;
  readonly data_type: string;
  readonly num_channels: number;
  readonly verdict?: string;
  readonly notes: string;
  readonly layout?: string;
  readonly expected: readonly Expected[];
}

interface Expected {
  readonly mip: number;
  readonly key: string;
  readonly size: number[];
  readonly resolution: number[];
  readonly tolerance?: string;
  readonly npy_gz: string;
  readonly sha256_raw_le_xfastest: string;
}

/** Why a volume is refused, or undefined where it must be read. */
function refusalOf({ layout }: Entry): RegExp | undefined {
  if (layout?.startsWith('nested')) return /chunks in nested folders is not supported/;
  return undefined;
}

/** Decoders of JPEG differ in their rounding; the bound is the index's own. */
const toleranceOf = ({ tolerance }: Expected): number => Number(/<= (\d+)/.exec(tolerance ?? '')?.[1] ?? 0);

function largestDifference(found: Uint8Array, folder: string, { npy_gz }: Expected): number {
  const expected = readNpy(readFileSync(join(folder, npy_gz))).data as Uint8Array;
  expect(expected).toHaveLength(found.length);
  return found.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i]!)), 0);
}

function readsAsTheIndexSays(folder: string): void {
  const { entries } = JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8')) as { entries: Entry[] };
  const volumes = entries.filter(({ kind }) => kind === 'volume');

  it.each(volumes.filter((entry) => refusalOf(entry) === undefined))(
    'reads $path exactly',
    async ({ path, data_type, num_channels, expected }) => {
      const volume = await openVolume(await openStore(join(folder, path)));
      expect(volume.mips.map(({ key }) => key)).toEqual(expected.map(({ key }) => key));
      for (const scale of expected) {
        const { mip, size, resolution, sha256_raw_le_xfastest } = scale;
        const stored = volume.mips[mip]!;
        expect(stored).toMatchObject({ resolutionNm: resolution, dataType: data_type });
        const { data, shape } = await volume.read(mip, volumeBox(stored));
        expect(shape).toEqual([...size, num_channels]);
        if (scale.tolerance !== undefined)
          expect(largestDifference(bytesOf(data), folder, scale)).toBeLessThanOrEqual(toleranceOf(scale));
        else expect(createHash('sha256').update(bytesOf(data)).digest('hex')).toBe(sha256_raw_le_xfastest);
      }
    },
  );

  it.each(volumes.filter((entry) => refusalOf(entry) !== undefined))(
    'refuses $path by name',
    async (entry) => {
      const read = async () => {
        const volume = await openVolume(await openStore(join(folder, entry.path)));
        return volume.read(0, volumeBox(volume.mips[0]!));
      };
      await expect(read()).rejects.toMatchObject({ name: 'UnsupportedVolumeError', permanent: true });
      await expect(read()).rejects.toThrow(refusalOf(entry));
    },
  );
}

describe('volumes written by other programs, a few', () => {
  readsAsTheIndexSays(fileURLToPath(new URL('../fixtures/precomputed', import.meta.url)));
});

const everything = sharedPath('fixtures', 'precomputed');
describe.skipIf(everything === undefined)(
  'volumes written by other programs, all (needs ../shared/fixtures)',
  () => {
    if (everything !== undefined) readsAsTheIndexSays(everything);
  },
);
