/** Voxels that a type could not hold: one small file for each task that met any. For people; read by no step. */
import { z } from 'zod';
import { readFileIfPresent, writeFile } from '../engine/files.ts';
import type { ObjectStore } from '../engine/ports.ts';
import type { StepFile } from '../engine/step.ts';
import { inParallel } from '../in-parallel.ts';

const clippedSchema = z.object({
  format: z.literal('cloudreg-clipped-voxels/1'),
  clipped: z.number().int().min(1),
});

const clippedFile = (key: string): StepFile<z.infer<typeof clippedSchema>> => ({
  key,
  schema: clippedSchema,
});

/** `folder` ends in a slash; `task` names the task among those that write there. */
export async function writeClippedCount(
  store: ObjectStore,
  folder: string,
  task: string,
  clipped: number,
): Promise<void> {
  if (clipped === 0) return;
  await writeFile(store, clippedFile(`${folder}${task}.json`), {
    format: 'cloudreg-clipped-voxels/1',
    clipped,
  });
}

const FILES_AT_A_TIME = 16;

/** Of all tasks. */
export async function readClippedCount(store: ObjectStore, folder: string): Promise<number> {
  const keys: string[] = [];
  for await (const { key } of store.list(folder)) keys.push(key);
  const files = await inParallel(keys, FILES_AT_A_TIME, (key) => readFileIfPresent(store, clippedFile(key)));
  return files.reduce((sum, file) => sum + (file?.clipped ?? 0), 0);
}
