/** Chunks of 64 x 64 x 64 voxels as microscopes give them: tissue of `../shared/data`, with a camera's noise. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Pixels } from '../shared/kernels/kernels.ts';
import { seededRandom } from '../shared/numerics/random.ts';

const SIDE = 64;
const VOXELS = SIDE ** 3;

export interface ChunkSet {
  readonly name: string;
  /** Speed as a multiple of zlib's level 1 that each level must reach at least; undefined: no bound. */
  readonly least: { readonly huffman?: number; readonly matches?: number; readonly auto?: number };
  /** Ratios are bounded too: as good as zlib's. */
  readonly isTissue?: boolean;
  /** undefined: what they are made of is not there. */
  readonly chunks: readonly Pixels[] | undefined;
}

interface Camera {
  readonly electronsPerCount: number;
  readonly readNoise: number;
}

/** The table of acceptance, with its data. Chunks are x fastest. */
export async function chunkSets(): Promise<ChunkSet[]> {
  const tissue = await tissueChunks();
  const noisy = tissue?.map((chunk) => throughCamera(chunk, { electronsPerCount: 2, readNoise: 4 }));
  const noisier = tissue?.map((chunk) => throughCamera(chunk, { electronsPerCount: 0.02, readNoise: 30 }));
  const slow = 0.7;
  return [
    {
      name: 'tissue, camera noise',
      least: { huffman: 5, matches: 2.4, auto: 2.3 },
      isTissue: true,
      chunks: noisy,
    },
    { name: 'very noisy tissue', least: { matches: slow, auto: 5 }, chunks: noisier },
    { name: 'tissue, no noise', least: { matches: slow, auto: slow }, chunks: tissue },
    {
      name: 'mostly background',
      least: { huffman: 3.7, matches: 1.9, auto: 1.8 },
      chunks: noisy?.map((chunk) => mostlyBackground(chunk, 110, 2.5)),
    },
    {
      name: 'mostly zeros',
      least: { matches: slow, auto: 1.2 },
      chunks: noisy?.map((chunk) => mostlyBackground(chunk, 0, 0)),
    },
    { name: 'zeros', least: { matches: slow, auto: slow }, chunks: [new Uint16Array(VOXELS)] },
    { name: 'float32', least: { matches: slow, auto: 5 }, chunks: noisy?.map(corrected) },
    { name: 'uint8', least: { matches: slow, auto: slow }, chunks: noisy?.map(toBytes) },
  ];
}

/** Two planes' depth of cubes from the middle of the brain; its 26 planes are repeated to 64. */
async function tissueChunks(): Promise<Uint16Array[] | undefined> {
  const path = resolve('../shared/data/lightsheet_cellfinder/signal.tif');
  if (!existsSync(path)) return undefined;
  const { default: sharp } = await import('sharp');
  const image = sharp(path, { pages: -1 });
  const { pages = 1, pageHeight = 0, width } = await image.metadata();
  const bytes = await image.toColourspace('grey16').raw({ depth: 'ushort' }).toBuffer();
  const voxels = new Uint16Array(new Uint8Array(bytes).buffer);
  const corners = [
    [128, 128],
    [192, 128],
    [256, 192],
    [320, 256],
  ] as const;
  return corners.map(([x0, y0]) =>
    Uint16Array.from({ length: VOXELS }, (_, i) => {
      const [x, y, z] = [
        x0 + (i % SIDE),
        y0 + (Math.floor(i / SIDE) % SIDE),
        Math.floor(i / SIDE ** 2) % pages,
      ];
      return voxels[x + width * (y + pageHeight * z)]!;
    }),
  );
}

/** Shot noise of the electrons and read noise, on a level of 110 counts. */
function throughCamera(chunk: Uint16Array, { electronsPerCount, readNoise }: Camera): Uint16Array {
  const random = seededRandom(1);
  return chunk.map((signal) => {
    const shot = Math.sqrt(signal / electronsPerCount) * normal(random);
    return Math.max(0, Math.round(110 + signal + shot + readNoise * normal(random)));
  });
}

/** A fifteenth of the voxels stay, the brightest; the others become the background. */
function mostlyBackground(chunk: Uint16Array, level: number, noise: number): Uint16Array {
  const random = seededRandom(2);
  const threshold = [...chunk].sort((a, b) => a - b)[Math.floor((VOXELS * 14) / 15)]!;
  return chunk.map((value) =>
    value > threshold ? value : Math.max(0, Math.round(level + noise * normal(random))),
  );
}

/** Divided by a flat field, which has a value of its own at every x and y of the tile. */
const corrected = (chunk: Uint16Array): Float32Array =>
  Float32Array.from(chunk, (value, i) => {
    const [x, y, z] = [i % SIDE, Math.floor(i / SIDE) % SIDE, Math.floor(i / SIDE ** 2)];
    return (value - 110) / (1 - 1e-5 * (x * x + y * y + z));
  });

const toBytes = (chunk: Uint16Array): Uint8Array =>
  Uint8Array.from(chunk, (value) => Math.min(255, value / 8));

/** Of mean 0 and deviation 1 (Box and Muller). */
const normal = (random: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
