/** The kinds of chunks in the table of acceptance: tissue of `../shared/data`, with a camera's noise and without. */
import type { Pixels } from '../shared/kernels/kernels.ts';
import { seededRandom } from '../shared/numerics/random.ts';
import { chunksOf, cut, enlarged, nrrdOf, planesOf } from './gzip-tissue.ts';

const SIDE = 64;
const CUBE = [SIDE, SIDE, SIDE] as const;

export interface ChunkSet {
  readonly name: string;
  /** Speed as a multiple of zlib's level 1 that each level must reach at least; undefined: no bound. */
  readonly least: { readonly huffman?: number; readonly matches?: number; readonly auto?: number };
  /** Sizes are bounded, too: noisy tissue as small as zlib's, literals alone within 2 % of zlib's literals alone. */
  readonly isTissue?: boolean;
  /** undefined: what they are made of is not there. */
  readonly chunks: readonly Pixels[] | undefined;
}

interface Camera {
  readonly electronsPerCount: number;
  readonly readNoise: number;
}

const USUAL: Camera = { electronsPerCount: 2, readNoise: 4 };
const FAINT: Camera = { electronsPerCount: 1, readNoise: 5 };
const VERY_NOISY: Camera = { electronsPerCount: 0.02, readNoise: 30 };

const TISSUE = { huffman: 5, matches: 2.4, auto: 2.3 };
const BACKGROUND = { huffman: 3.7, matches: 1.9, auto: 1.8 };
/** Not made for these, but never far behind. */
const NOT_SLOW = { matches: 0.7, auto: 0.7 };

/** Chunks of 64 x 64 x 64 where nothing else is said. */
export async function chunkSets(): Promise<ChunkSet[]> {
  return [...(await cellfinderSets()), ...(await brainSets()), ...(await allenSets()), zeros];
}

async function cellfinderSets(): Promise<ChunkSet[]> {
  const [signal, background] = [await cellfinder('signal'), await cellfinder('background')];
  const noisy = throughCamera(signal, USUAL);
  return [
    { name: 'signal, camera', least: TISSUE, isTissue: true, chunks: noisy },
    {
      name: 'autofluorescence, camera',
      least: TISSUE,
      isTissue: true,
      chunks: throughCamera(background, USUAL),
    },
    {
      name: 'very noisy',
      least: { matches: NOT_SLOW.matches, auto: 5 },
      chunks: throughCamera(signal, VERY_NOISY),
    },
    {
      name: 'mostly background',
      least: BACKGROUND,
      chunks: noisy?.map((chunk) => mostlyBackground(chunk, 110, 2.5)),
    },
    {
      name: 'mostly zeros',
      least: { matches: NOT_SLOW.matches, auto: 1.2 },
      chunks: noisy?.map((chunk) => mostlyBackground(chunk, 0, 0)),
    },
    { name: 'signal, no noise', least: NOT_SLOW, chunks: signal },
    { name: 'float32', least: { matches: NOT_SLOW.matches, auto: 5 }, chunks: noisy?.map(corrected) },
    { name: 'uint8', least: NOT_SLOW, chunks: noisy?.map(toBytes) },
  ];
}

/** Cubes from the middle of the brain. */
async function cellfinder(channel: string): Promise<Uint16Array[] | undefined> {
  const planes = await planesOf(`lightsheet_cellfinder/${channel}.tif`);
  const corners = [
    [128, 128, 0],
    [192, 128, 0],
    [256, 192, 0],
    [320, 256, 0],
  ] as const;
  return planes && chunksOf(planes, CUBE, corners);
}

/** A whole brain at low resolution: means of eight voxels, whose noise is small. */
async function brainSets(): Promise<ChunkSet[]> {
  const brain = await nrrdOf('registration/real_brain.nrrd');
  const cubes =
    brain &&
    chunksOf(
      brain,
      CUBE,
      [0, 64].flatMap((x) => [0, 64].map((z) => [x, 20, z] as const)),
    );
  const wide =
    brain &&
    chunksOf(
      brain,
      [128, 96, 64],
      [0, 64].map((z) => [4, 0, z] as const),
    );
  return [
    { name: 'real brain', least: NOT_SLOW, chunks: cubes },
    { name: 'real brain, camera', least: TISSUE, isTissue: true, chunks: throughCamera(cubes, FAINT) },
    {
      name: 'real brain, cam., 128x96x64',
      least: TISSUE,
      isTissue: true,
      chunks: throughCamera(wide, FAINT),
    },
  ];
}

async function allenSets(): Promise<ChunkSet[]> {
  const template = await nrrdOf('allen/average_template_100.nrrd');
  const large = template && enlarged(template, 5);
  const cubes =
    large &&
    chunksOf(
      large,
      CUBE,
      [0, 64, 128, 192].map((x) => [200 + x, 150, 250] as const),
    );
  const wide =
    large &&
    chunksOf(
      large,
      [128, 128, 64],
      [0, 128].map((x) => [200 + x, 120, 250] as const),
    );
  const regions = await nrrdOf('allen/annotation_100.nrrd');
  return [
    { name: 'Allen x 5, camera', least: TISSUE, isTissue: true, chunks: throughCamera(cubes, FAINT) },
    {
      name: 'Allen x 5, cam., 128x128x64',
      least: TISSUE,
      isTissue: true,
      chunks: throughCamera(wide, FAINT),
    },
    { name: 'Allen x 5, no noise', least: NOT_SLOW, chunks: cubes },
    {
      name: 'labels, uint32',
      least: NOT_SLOW,
      chunks: regions && [labelBytes(cut(regions, CUBE, [30, 8, 25]))],
    },
  ];
}

const zeros: ChunkSet = { name: 'zeros', least: NOT_SLOW, chunks: [new Uint16Array(SIDE ** 3)] };

/** Shot noise of the electrons and read noise, on a level of 110 counts. */
function throughCamera(
  chunks: readonly Uint16Array[] | undefined,
  { electronsPerCount, readNoise }: Camera,
): Uint16Array[] | undefined {
  const random = seededRandom(1);
  return chunks?.map((chunk) =>
    chunk.map((signal) => {
      const shot = Math.sqrt(signal / electronsPerCount) * normal(random);
      return Math.max(0, Math.round(110 + signal + shot + readNoise * normal(random)));
    }),
  );
}

/** A fifteenth of the voxels stay, the brightest; the others become the background. */
function mostlyBackground(chunk: Uint16Array, level: number, noise: number): Uint16Array {
  const random = seededRandom(2);
  const threshold = [...chunk].sort((a, b) => a - b)[Math.floor((chunk.length * 14) / 15)]!;
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

const labelBytes = (ids: Float64Array): Uint8Array => new Uint8Array(Uint32Array.from(ids).buffer);

const toBytes = (chunk: Uint16Array): Uint8Array =>
  Uint8Array.from(chunk, (value) => Math.min(255, value / 8));

/** Of mean 0 and deviation 1 (Box and Muller). */
const normal = (random: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
