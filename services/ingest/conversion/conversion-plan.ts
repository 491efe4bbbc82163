/** What `convert` is to make of the job's input: a function of its headers and of the job's parameters. */
import { z } from 'zod';
import type { StepFile } from '../../../shared/engine/step.ts';
import type { Reorientation } from '../../../shared/geometry/orientation.ts';
import { type DataType, dataTypes } from '../../../shared/volume/data-type.ts';
import { mipShape, triple } from '../../../shared/volume/mip-schema.ts';
import type { Mip } from '../../../shared/volume/scales.ts';
import { shardingSchema } from '../../../shared/volume/sharding/sharding.ts';

const axis = z.union([z.literal(0), z.literal(1), z.literal(2)]);
const sign = z.union([z.literal(1), z.literal(-1)]);

const planSchema = z.object({
  format: z.literal('cloudreg-conversion/1'),
  /** URL of what is read. */
  source: z.string(),
  /**
   * Where the blocks read: planes, each of which lies in one block; rows of planes; mip 0 of a precomputed volume; or a
   * copy of the planes in bricks that an earlier pass makes.
   */
  route: z.enum(['planes', 'rows', 'volume', 'bricks']),
  /** Of the input, in its own axes. */
  sizeVoxels: triple,
  dtype: z.string(),
  /** Each plane can be read once only: one task copies them all. */
  isForwardOnly: z.boolean(),
  brickSize: triple,
  /** Of a volume that is read, bytes of the voxels of a chunk. */
  inputChunkBytes: z.number().default(0),
  /** How large blocks become; see `conversion-blocks.ts`. */
  budget: z.number(),
  order: z.tuple([axis, axis, axis]),
  flip: z.tuple([sign, sign, sign]),
  /** Of the volume that is written. */
  type: z.enum(['image', 'segmentation']),
  channels: z.number().int().positive(),
  /** Finest first. */
  mips: z.array(
    z.object({
      ...mipShape,
      dataType: z.enum(dataTypes),
      labelBlock: triple.optional(),
      picture: z.enum(['jpeg', 'png']).optional(),
      sharding: shardingSchema.optional(),
    }),
  ),
  /** Nanometres of the volume to nanometres towards right, front and up, four rows of four, where the input says. */
  transform: z.array(z.array(z.number())).nullable(),
  /** What the user should know of the input. */
  warnings: z.array(z.string()),
});

export type ConversionPlan = z.infer<typeof planSchema>;

export const conversionPlanFile: StepFile<ConversionPlan> = {
  key: '.cloudreg/ingest/conversion.json',
  schema: planSchema,
};

export const mipsOf = ({ mips }: ConversionPlan): readonly Mip<DataType>[] => mips;

export const turnOf = ({ order, flip }: ConversionPlan): Reorientation => ({ order, flip });
