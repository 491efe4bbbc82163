/** The camera's noise, from a million pixels spread over all tiles and depths (STITCHING section 2.1). */
import { z } from 'zod';
import type { Acquisition, Stack } from '../../../shared/acquisition/acquisition.ts';
import { DamagedPlaneError } from '../../../shared/acquisition/acquisition-errors.ts';
import type { PlaneReader } from '../../../shared/acquisition/plane-reader.ts';
import type { StepFile } from '../../../shared/engine/step.ts';
import { makePixels } from '../../../shared/volume/pixels.ts';
import { fitNoise, type NoiseBlocks, noiseBlocks } from '../alignment/noise-model.ts';
import { stackOf } from './overlap-pairs.ts';

const noiseSchema = z.object({
  format: z.literal('cloudreg-noise/1'),
  channel: z.number().int(),
  /** Samples that could be read. */
  samples: z.number().int(),
  /** Variance of a pixel = readVariance + gain (level - background), counts squared. */
  background: z.number(),
  readVariance: z.number(),
  gain: z.number(),
});

export type Noise = z.infer<typeof noiseSchema>;

export const noiseFile: StepFile<Noise> = {
  key: '.cloudreg/stitching/align/noise.json',
  schema: noiseSchema,
};

/** Of so many tiles at most, one plane each; small grids give several of each tile. */
const MOST_TILES = 64;
const LEAST_SAMPLES = 4;
/** Of all samples together: 16,000 blocks tell the noise to a percent. */
const SAMPLED_PIXELS = 2 ** 20;
/** A sample is a band of whole rows, two blocks high at least. */
const LEAST_ROWS = 16;
/** Multiples of it, modulo 1, are spread evenly however many they are. */
const GOLDEN_RATIO = (Math.sqrt(5) - 1) / 2;

/** Damaged planes are left out; with `strict` their error is thrown. */
export async function measureNoise(
  reader: PlaneReader,
  acquisition: Acquisition,
  channel: number,
  strict: boolean,
): Promise<Noise> {
  const blocks: NoiseBlocks[] = [];
  for (const sample of noiseSamples(acquisition, channel)) {
    const found = await readSample(reader, acquisition, sample, strict);
    if (found !== undefined) blocks.push(found);
  }
  const model = fitNoise(blocks);
  return { format: 'cloudreg-noise/1', channel, samples: blocks.length, ...model };
}

export interface NoiseSample {
  readonly stack: Stack;
  readonly plane: number;
  /** First row of the band. */
  readonly y0: number;
  readonly rows: number;
}

/** Which planes are looked at, and where. */
export function noiseSamples({ tiles, tileSize }: Acquisition, channel: number): NoiseSample[] {
  const [width, height, planes] = tileSize;
  const stacks = tiles.flatMap((tile) => {
    const stack = stackOf(tile, channel);
    return stack === undefined || stack.missing.length >= planes ? [] : [stack];
  });
  const count = Math.min(stacks.length * planes, clamp(stacks.length, LEAST_SAMPLES, MOST_TILES));
  const rows = Math.min(height, Math.max(LEAST_ROWS, Math.ceil(SAMPLED_PIXELS / (count * width))));
  return Array.from({ length: count }, (_, sample) => {
    const stack =
      stacks[count <= stacks.length ? Math.floor((sample * stacks.length) / count) : sample % stacks.length]!;
    const depth = ((sample + 0.5) * GOLDEN_RATIO) % 1;
    return {
      stack,
      plane: presentPlane(stack, Math.floor(depth * planes), planes),
      y0: Math.floor(((sample + 0.5) / count) * (height - rows + 1)),
      rows,
    };
  });
}

const clamp = (value: number, least: number, most: number): number => Math.min(most, Math.max(least, value));

/** The next plane that is there, from the first on where the stack ends. */
function presentPlane({ missing }: Stack, wanted: number, planes: number): number {
  const absent = new Set(missing);
  let plane = wanted;
  while (absent.has(plane)) plane = (plane + 1) % planes;
  return plane;
}

async function readSample(
  reader: PlaneReader,
  { tileSize: [width], dataType }: Acquisition,
  { stack, plane, y0, rows }: NoiseSample,
  strict: boolean,
): Promise<NoiseBlocks | undefined> {
  const values = makePixels(dataType, width * rows);
  try {
    await reader.readRegion(stack, plane, { x0: 0, x1: width, y0, y1: y0 + rows }, values);
  } catch (error) {
    if (error instanceof DamagedPlaneError && !strict) return undefined;
    throw error;
  }
  return noiseBlocks({ values, width, height: rows });
}
