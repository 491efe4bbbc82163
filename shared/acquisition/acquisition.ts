/**
 * A multi-tile acquisition, whatever microscope it comes from: what `ingest.scan` writes and every later step reads.
 * x runs to the right (columns), y down (rows), z along the stack; tile positions are voxels of the full resolution.
 */
import { z } from 'zod';
import type { StepFile } from '../engine/step.ts';

const triple = z.tuple([z.number(), z.number(), z.number()]);

/**
 * How the pixels of an uncompressed plane lie in its file, where all planes of a stack agree: rows one after the
 * other from `offset`. Absent (null): each plane's own header decides.
 */
const planeLayout = z.object({
  fileBytes: z.number().int(),
  offset: z.number().int(),
  littleEndian: z.boolean(),
});

/** The planes of one tile and channel: key of plane n is `stem + n with that many digits + suffix`. */
const stack = z.object({
  channel: z.number().int(),
  stem: z.string(),
  digits: z.number().int(),
  suffix: z.string(),
  /** Planes that do not follow the pattern, by number. */
  exceptions: z.record(z.string(), z.string()),
  /** Plane numbers that are absent or damaged: fusion gives them no weight. */
  missing: z.array(z.number().int()),
  layout: planeLayout.nullable(),
  /** True where at least one plane must be decoded as a whole. */
  compressed: z.boolean(),
});

const tile = z.object({
  /** The stage location's number, row-major over the whole grid. */
  loc: z.number().int(),
  row: z.number().int(),
  column: z.number().int(),
  directory: z.string(),
  stacks: z.array(stack),
});

export const acquisitionSchema = z.object({
  format: z.literal('cloudreg-acquisition/1'),
  kind: z.literal('colm'),
  url: z.string(),
  dataType: z.enum(['uint8', 'uint16', 'float32']),
  magnification: z.number(),
  /** Micrometres per voxel. */
  voxelSizeUm: triple,
  /** Width, height, planes. */
  tileSize: z.tuple([z.number().int(), z.number().int(), z.number().int()]),
  grid: z.object({ rows: z.number().int(), columns: z.number().int() }),
  /** Share of a tile's width and height that neighbours share. */
  overlap: z.object({ x: z.number(), y: z.number() }),
  /** floor(size * (1 - overlap)), voxels between neighbouring columns and rows (CLOUDREG section 1.5). */
  nominalStep: z.object({ x: z.number().int(), y: z.number().int() }),
  channels: z.array(z.number().int()),
  /** Scanned locations, by ascending `loc`. */
  tiles: z.array(tile),
  /** Bytes of all planes as stored. */
  rawBytes: z.number(),
});

export type Acquisition = z.infer<typeof acquisitionSchema>;
export type Tile = Acquisition['tiles'][number];
export type Stack = Tile['stacks'][number];
export type PlaneLayout = z.infer<typeof planeLayout>;

export const acquisitionFile: StepFile<Acquisition> = {
  key: '.cloudreg/ingest/acquisition.json',
  schema: acquisitionSchema,
};

/** Key of one plane below the acquisition's URL. */
export function planeKey(stack: Stack, plane: number): string {
  return (
    stack.exceptions[plane] ?? `${stack.stem}${String(plane).padStart(stack.digits, '0')}${stack.suffix}`
  );
}
