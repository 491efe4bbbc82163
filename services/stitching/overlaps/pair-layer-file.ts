/** What one layer of planes says of a pair: written by `stitching.align`, merged and judged by `stitching.place`. */
import { z } from 'zod';
import { readFileIfPresent } from '../../../shared/engine/files.ts';
import type { ObjectStore } from '../../../shared/engine/ports.ts';
import type { StepFile } from '../../../shared/engine/step.ts';
import type { LayerEstimate } from '../alignment/layers.ts';
import { pairsSchema } from '../pairs.ts';
import type { Neighbours } from './overlap-pairs.ts';

const triple = z.tuple([z.number(), z.number(), z.number()]);

const pairLayerSchema = z.object({
  format: z.literal('cloudreg-pair-layer/1'),
  channel: z.number().int(),
  a: z.number().int(),
  b: z.number().int(),
  axis: z.enum(['x', 'y']),
  nominal: triple,
  /** Planes of both tiles, the last one not included. */
  z0: z.number().int(),
  z1: z.number().int(),
  /** Voxels around the nominal offset; wider than the job's where the first search ended at its border or in doubt. */
  search: triple,
  widened: z.boolean(),
  /** Of the wider search, where there was one. */
  atSearchBorder: z.boolean(),
  /** Mean square of the high-passed strips, the weaker of both: noise gives 1; constant or saturated strips, or none, 0. */
  signal: z.number(),
  candidates: pairsSchema.shape.pairs.element.shape.candidates,
  /** Planes that the scan took for whole and that could not be read: left out. */
  damaged: z.array(z.object({ loc: z.number().int(), plane: z.number().int(), reason: z.string() })),
});

export type PairLayerFile = z.infer<typeof pairLayerSchema>;

const pad = (loc: number): string => String(loc).padStart(3, '0');

/** Layers count from 0, as in the plan. */
export const pairLayerFile = (
  { a, b }: Pick<Neighbours, 'a' | 'b'>,
  layer: number,
): StepFile<PairLayerFile> => ({
  key: `.cloudreg/stitching/align/pair-${pad(a)}-${pad(b)}-layer-${layer}.json`,
  schema: pairLayerSchema,
});

/** All layers of a pair, in their order, ready to be merged; without those whose task was left out. */
export async function readPairLayers(
  store: ObjectStore,
  pair: Pick<Neighbours, 'a' | 'b'>,
  layers: number,
): Promise<LayerEstimate[]> {
  const files = await Promise.all(
    Array.from({ length: layers }, (_, layer) => readFileIfPresent(store, pairLayerFile(pair, layer))),
  );
  return files.flatMap((file) =>
    file === undefined ? [] : [{ z0: file.z0, z1: file.z1, estimate: estimateOf(file) }],
  );
}

const estimateOf = ({ candidates, atSearchBorder, signal }: PairLayerFile): LayerEstimate['estimate'] => ({
  candidates,
  atSearchBorder,
  signal,
});
