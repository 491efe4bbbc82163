/** How a channel's correction came about: what `tile-correction.flat-field` tells people; read by no step. */
import { z } from 'zod';
import type { StepFile } from '../engine/step.ts';
import { correctionFolder } from './correction.ts';

const flatField = z.object({
  /** `auto`, `none`, `cloudreg`, or the URL of the one that was given. */
  requested: z.string(),
  decision: z.enum(['apply', 'none']),
  /** One sentence, with the figures that decided. */
  reason: z.string(),
  warning: z.string().nullable(),
  /** What `auto` judged by (ILLUMINATION section 2.2); null where there was nothing to judge. */
  evidence: z
    .object({
      /** Tiles with signal. */
      tiles: z.number(),
      /** Pairs of neighbours with signal in their overlap. */
      pairs: z.number(),
      /** Standard deviation of the log field over the tile, and its uncertainty. */
      sd: z.number(),
      se: z.number(),
      /** Seams that the fit had not seen, after over before; null without pairs. */
      shape: z.number().nullable(),
      total: z.number().nullable(),
    })
    .nullable(),
  /** Of those applied; null where none are. */
  factors: z.object({ smallest: z.number(), largest: z.number() }).nullable(),
});

const background = z.object({
  /** `auto`, `none`, `cloudreg`, or the value that was given. */
  requested: z.string(),
  /** Counts that are subtracted. */
  value: z.number(),
  /** False: what was asked for could not be found, and nothing is subtracted. */
  accepted: z.boolean(),
  reason: z.string(),
  warning: z.string().nullable(),
});

const correctionReport = z.object({
  format: z.literal('cloudreg-correction-report/1'),
  channel: z.number().int(),
  flatField,
  background,
  /** All of the above in a sentence, for the end of a run. */
  statement: z.string(),
});

export type FlatFieldReport = z.infer<typeof flatField>;
export type BackgroundReport = z.infer<typeof background>;
export type CorrectionReport = z.infer<typeof correctionReport>;

export const correctionReportFile = (channel: number): StepFile<CorrectionReport> => ({
  key: `${correctionFolder(channel)}decision.json`,
  schema: correctionReport,
});
