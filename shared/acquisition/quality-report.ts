/**
 * What a person should look at before trusting a volume: `report/` beside the volumes. `stitching.report` writes
 * `report.md` with its pictures and this twin of it, whose beginning the end of a run prints.
 */
import { z } from 'zod';
import type { StepFile } from '../engine/step.ts';

export const REPORT_FOLDER = 'report/';
export const reportTextKey = `${REPORT_FOLDER}report.md`;

export const FINDING_KINDS = [
  'seam-mismatch',
  'seam-worse',
  'search-border',
  'shifted-tile',
  'rejected-pair',
  'island',
  'large-residual',
  'missing-tile',
  'missing-channel',
  'drift',
  'other-candidate',
  'ambiguous-pair',
  'damaged-planes',
  'missing-planes',
  'stage-tile',
  'single-pair-tile',
  'featureless-pair',
] as const;

const triple = z.tuple([z.number(), z.number(), z.number()]);
const whole = z.number().int();

const whereSchema = z.object({
  /** Of the tile, or of the first of them. */
  loc: whole,
  tiles: z.array(z.object({ loc: whole, row: whole, column: whole })),
  /** Voxel of the volume: x, y, z. */
  voxel: triple,
  /** The same in micrometres from the volume's corner. */
  um: triple,
});

const spotSchema = z.object({
  kind: z.enum(FINDING_KINDS),
  /** What is wrong, in a sentence or two. */
  what: z.string(),
  where: whereSchema,
  /** Key of a PNG in the output. */
  picture: z.string().nullable(),
});

const figuresSchema = z.object({
  /** Pixels of the overlap that were compared. */
  pixels: whole,
  /** Mean |a - b|, mean of a - b and its standard deviation; counts after flat field and background. */
  meanDifference: z.number(),
  bias: z.number(),
  deviation: z.number(),
  /** Of a and b without what is smooth; null where one of them is constant. */
  correlation: z.number().nullable(),
  /** The smaller of the tiles' correlations with themselves two pixels on: what tissue has and noise has not. */
  structure: z.number().nullable(),
});

const seamSchema = z.object({
  /** LOC numbers; b lies right of (x) or below (y) a. */
  a: whole,
  b: whole,
  axis: z.enum(['x', 'y']),
  /** Null where the pair was not measured. */
  status: z.string().nullable(),
  reliability: z.number().nullable(),
  correlation: z.number().nullable(),
  /** Placed minus measured offset, voxels; null without a measured one. */
  residual: triple.nullable(),
  /** At the stage's positions, and as placed; null where no sampled plane shows the overlap. */
  before: figuresSchema.nullable(),
  after: figuresSchema.nullable(),
});

const statisticsSchema = z.object({
  pairs: whole,
  used: whole,
  rejected: whole,
  ambiguous: whole,
  atSearchBorder: whole,
  noSignal: whole,
  /** Of the used pairs, voxels. */
  residualMax: triple,
  residualRms: triple,
});

const reportSchema = z.object({
  format: z.literal('cloudreg-report/1'),
  /** What the report lacks and why, in sentences. */
  notes: z.array(z.string()).optional(),
  /** At most three places, worst first. */
  worthALook: z.array(spotSchema),
  /** Everything that was found, worst first. */
  findings: z.array(spotSchema),
  placement: z.object({
    /** What positions rest on: measured pairs, the stage alone, or a placement that was given. */
    basis: z.enum(['pairs', 'stage', 'given']),
    tiles: whole,
    /** Groups of tiles that used pairs join; single tiles are none. */
    components: whole,
    statistics: statisticsSchema.nullable(),
  }),
  /** By location. */
  seams: z.array(seamSchema),
  /** What the seams were measured on. */
  sample: z.object({
    channel: whole,
    /** Planes of the volume. */
    heights: z.array(whole),
    /** About. */
    bytesRead: z.number(),
    shareOfRaw: z.number(),
  }),
  /** Keys of PNGs in the output. */
  pictures: z.object({ worstSeam: z.string().nullable(), typicalSeam: z.string().nullable() }),
});

export type FindingKind = (typeof FINDING_KINDS)[number];
export type Where = Readonly<z.infer<typeof whereSchema>>;
export type Spot = Readonly<z.infer<typeof spotSchema>>;
export type SeamFigures = Readonly<z.infer<typeof figuresSchema>>;
export type SeamRecord = Readonly<z.infer<typeof seamSchema>>;
export type PairStatistics = Readonly<z.infer<typeof statisticsSchema>>;
export type QualityReport = Readonly<z.infer<typeof reportSchema>>;

export const qualityReportFile: StepFile<QualityReport> = {
  key: `${REPORT_FOLDER}report.json`,
  schema: reportSchema,
};

/** `LOC003`, as folders are called. */
export const tileName = (loc: number): string => `LOC${String(loc).padStart(3, '0')}`;
