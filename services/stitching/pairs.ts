/** What was measured between neighbouring tiles and how placement judged it: `pairs.json` (STITCHING section 8). */
import { z } from 'zod';
import type { StepFile } from '../../shared/engine/step.ts';

const triple = z.tuple([z.number(), z.number(), z.number()]);

const candidateSchema = z.object({
  /** position(b) - position(a), voxels. */
  offset: triple,
  /** Of the offset, voxels squared. */
  covariance: z.tuple([triple, triple, triple]),
  /** Correlation of the overlap at the offset, over the frequencies used. */
  rho: z.number(),
  /** atanh(rho) sqrt(voxels / 2): noise alone stays below 4. */
  T: z.number(),
  /** T without the lowest frequencies, which smooth edges share wherever they lie: candidates are compared by it. */
  textureT: z.number(),
  /** Of the coarse stage's peak. */
  ncc: z.number(),
  score: z.number(),
  reliability: z.number(),
});

const layerSchema = z.object({
  /** Planes of the layer, the last one not included. */
  z0: z.number().int(),
  z1: z.number().int(),
  offset: triple,
  sd: triple,
  T: z.number(),
});

const pairSchema = z.object({
  /** LOC numbers; b lies right of or below a. */
  a: z.number().int(),
  b: z.number().int(),
  axis: z.enum(['x', 'y']),
  nominal: triple,
  /** Best first. */
  candidates: z.array(candidateSchema),
  layers: z.array(layerSchema),
  /** The best candidate lies where the search ends: the truth may lie beyond. */
  atSearchBorder: z.boolean(),
  /** Index of the candidate that placement used; null where there is none. */
  chosen: z.number().int().nullable(),
  reliability: z.number(),
  /** Weight left by the robust solution, 0..1. */
  weight: z.number(),
  /** Placed minus measured offset. */
  residual: triple,
  status: z.enum(['used', 'rejected', 'ambiguous', 'no-signal', 'at-search-border']),
});

export const pairsSchema = z.object({
  format: z.literal('cloudreg-pairs/1'),
  channel: z.number().int(),
  /** Voxels around the nominal offset. */
  search: triple,
  noise: z.object({ background: z.number(), readVariance: z.number(), gain: z.number() }),
  pairs: z.array(pairSchema),
});

export type Candidate = Readonly<z.infer<typeof candidateSchema>>;
export type PairLayer = Readonly<z.infer<typeof layerSchema>>;
export type Pair = Readonly<z.infer<typeof pairSchema>>;
export type PairStatus = Pair['status'];
export type Pairs = Readonly<z.infer<typeof pairsSchema>>;

export const pairsFile: StepFile<Pairs> = {
  key: '.cloudreg/stitching/pairs.json',
  schema: pairsSchema,
};
