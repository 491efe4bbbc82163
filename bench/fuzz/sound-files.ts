/** Sound files to begin with: the fixtures of the tests, and what our own writers make. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { encodeNifti, niftiFrameOf } from '../../shared/formats/nifti/write.ts';
import { encodeNpy } from '../../shared/formats/npy-write.ts';
import { encodeNrrd } from '../../shared/formats/nrrd/write.ts';
import { encodeTiff } from '../../shared/formats/tiff/write.ts';

export const fuzzFormats = ['tiff', 'nrrd', 'nifti', 'npy', 'precomputed'] as const;
export type FuzzFormat = (typeof fuzzFormats)[number];

/** Files of one image or volume by name; a single file is called `file`. */
export type SoundFiles = ReadonlyMap<string, Uint8Array>;

const size = [9, 7, 5];
const shorts = Uint16Array.from({ length: 315 }, (_, i) => (i * 40_503) % 65_536);
const floats = Float32Array.from({ length: 315 }, (_, i) => i / 7 - 20);
const bytes = Uint8Array.from({ length: 315 }, (_, i) => i % 11);
const frame = niftiFrameOf([4, 5, 2.5]);
const meta = {
  space: 'left-posterior-superior',
  spaceDirections: [
    [0.5, 0, 0],
    [0, 0.25, 0],
    [0, 0, 2],
  ],
  spaceOrigin: [1, -2, 3.5],
  spaceUnits: ['um', 'um', 'um'],
  kinds: ['domain', 'domain', 'domain'],
};

/** `folder`: `test/fixtures`, or one with more files of the same names. In the same order wherever they are read. */
export function soundFiles(format: FuzzFormat, folder: string): readonly SoundFiles[] {
  const files = [...own[format](), ...(single[format]?.(folder) ?? [])].map(
    (one) => new Map([['file', one]]),
  );
  return format === 'precomputed' ? volumesIn(join(folder, 'precomputed')) : files;
}

const own: Readonly<Record<FuzzFormat, () => Uint8Array[]>> = {
  tiff: () => [encodeTiff(15, 21, bytes), encodeTiff(15, 21, shorts), encodeTiff(15, 21, floats)],
  nrrd: () => [
    encodeNrrd({ shape: size, data: shorts, meta }, 'raw'),
    encodeNrrd({ shape: size, data: shorts, meta }, 'gzip'),
    encodeNrrd({ shape: size, data: floats }, 'gzip'),
    Buffer.from(`NRRD0004\ntype: uint8\ndimension: 2\nsizes: 3 2\nencoding: ascii\n\n1 2 3\n4 5 6\n`),
    Buffer.from(
      `NRRD0004\ntype: short\ndimension: 2\nsizes: 2 2\nendian: big\nencoding: hex\n\n00010002\n0a0b0c0d\n`,
    ),
  ],
  nifti: () => [
    encodeNifti({ shape: size, data: shorts, frame }, false),
    encodeNifti({ shape: size, data: floats, frame }, true),
    encodeNifti({ shape: [40_000, 1], data: new Uint8Array(40_000).fill(3), frame }, true),
  ],
  npy: () => [
    encodeNpy(shorts, [5, 7, 9]),
    encodeNpy(floats, [5, 7, 9]),
    gzipSync(encodeNpy(bytes, [5, 7, 9])),
    Buffer.from(
      Buffer.from(encodeNpy(shorts, [5, 7, 9]))
        .toString('latin1')
        .replace('False, ', 'True,  ')
        .replace('<u2', '>u2'),
      'latin1',
    ),
  ],
  precomputed: () => [],
};

const filesIn = (folder: string, pattern: RegExp): Uint8Array[] =>
  readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && pattern.test(entry.name) && !entry.name.startsWith('bad_'))
    .map(({ name }) => name)
    .sort()
    .map((name) => readFileSync(join(folder, name)));

/** Volumes of other programs are no part of the checkout: only where `folder` has them. */
const volumeFiles = (pattern: RegExp) => (folder: string) => {
  const volumes = join(folder, 'volumes');
  return statSync(volumes, { throwIfNoEntry: false }) ? filesIn(volumes, pattern) : [];
};

const single: Partial<Record<FuzzFormat, (folder: string) => Uint8Array[]>> = {
  tiff: (folder) => filesIn(join(folder, 'tiff'), /\.tiff?$/),
  nrrd: volumeFiles(/\.nrrd$/),
  nifti: volumeFiles(/\.nii(\.gz)?$/),
  npy: volumeFiles(/\.npy$/),
};

/** Small ones, so that a case takes milliseconds. */
const MOST_VOLUME_BYTES = 200_000;

function volumesIn(folder: string): SoundFiles[] {
  const volumes = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort()
    .map((name) => new Map(everyFile(join(folder, name), '')));
  return volumes.filter(
    (files) =>
      Buffer.from(files.get('info') ?? []).includes('"scales"') &&
      [...files.values()].reduce((sum, one) => sum + one.length, 0) < MOST_VOLUME_BYTES,
  );
}

function* everyFile(folder: string, prefix: string): Generator<[string, Uint8Array]> {
  for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1)))
    if (entry.isDirectory()) yield* everyFile(join(folder, entry.name), `${prefix}${entry.name}/`);
    else yield [prefix + entry.name, readFileSync(join(folder, entry.name))];
}
