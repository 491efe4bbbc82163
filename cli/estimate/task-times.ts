/** How long tasks take and what they move, as `npm run bench -- task-times` measured it (`task-times.json`). */
import { z } from 'zod';
import { dateSchema, ownFile, readDataFile } from './data-file.ts';

const amount = z.number().nonnegative();

/** Sums over all tasks of a step. */
const stepTimes = z.object({
  unit: z.enum(['megavoxel', 'plane', 'tile', 'second of its needs']),
  tasks: z.number().int().positive(),
  units: amount,
  /** Of the whole process, so that helper threads count and other programs do not. */
  cpuSeconds: amount,
  sourceBytes: amount,
  sourceRequests: amount,
  /** Reads of what earlier steps wrote. */
  storeReads: amount,
  writtenBytes: amount,
  writes: amount,
});

const measurement = z.object({
  tileSize: z.tuple([z.number(), z.number(), z.number()]),
  channels: z.number().int().positive(),
  tiles: z.number().int().positive(),
  /** As stored, of all planes. */
  rawBytes: amount,
  steps: z.record(z.string(), stepTimes),
});

const schema = z.object({
  format: z.literal('cloudreg-task-times/1'),
  date: dateSchema,
  machine: z.string(),
  command: z.string(),
  /** Planes that can be read in part, and planes that are decoded as a whole. */
  plain: measurement,
  compressed: measurement,
});

export type TaskTimes = z.infer<typeof schema>;
export type StepTimes = z.infer<typeof stepTimes>;
export type Measurement = z.infer<typeof measurement>;

export const readTaskTimes = (): Promise<TaskTimes> =>
  readDataFile('The file of task times', ownFile('task-times.json'), schema);
