/** What is wrong with an acquisition that can be used all the same: what `ingest.scan` writes for people to read. */
import { z } from 'zod';
import type { StepFile } from '../engine/step.ts';

const GAPS = ['missing-tile', 'missing-channel', 'missing-plane', 'damaged-plane'] as const;
const REMARKS = [
  'unscanned-folder',
  'extra-plane',
  'duplicate-plane',
  'numbering',
  'channel-count',
  'experiment-ini',
] as const;

const problem = z.object({
  kind: z.enum([...GAPS, ...REMARKS]),
  loc: z.number().int().optional(),
  channel: z.number().int().optional(),
  /** First and last plane of each range. */
  planes: z.array(z.tuple([z.number().int(), z.number().int()])).optional(),
  /** The files, at most `MOST_KEYS`. */
  keys: z.array(z.string()).optional(),
  message: z.string(),
});

export type Problem = z.infer<typeof problem>;

const problemsSchema = z.object({
  format: z.literal('cloudreg-problems/1'),
  problems: z.array(problem),
});

export const problemsFile: StepFile<z.infer<typeof problemsSchema>> = {
  key: '.cloudreg/ingest/problems.json',
  schema: problemsSchema,
};

/** More names than anyone reads; `planes` is always complete. */
export const MOST_KEYS = 100;

/** True where voxels will be missing from the volume; the other kinds are remarks. */
export const isGap = ({ kind }: Problem): boolean => (GAPS as readonly string[]).includes(kind);

/** 1, 2, 3, 7 as [1, 3], [7, 7]; `planes` ascending. */
export function planeRanges(planes: readonly number[]): [number, number][] {
  const ranges: [number, number][] = [];
  for (const plane of planes) {
    const last = ranges.at(-1);
    if (last?.[1] === plane - 1) last[1] = plane;
    else ranges.push([plane, plane]);
  }
  return ranges;
}

/** For example `3, 7 to 9`; only the beginning where there are many. */
export function planesInWords(planes: readonly number[]): string {
  const ranges = planeRanges(planes).map(([first, last]) =>
    first === last ? `${first}` : `${first} to ${last}`,
  );
  return ranges.length <= 8 ? ranges.join(', ') : `${ranges.slice(0, 8).join(', ')} and others`;
}
