/** Voxels that the output's type cannot hold: one small file for each task that met any. For people; read by no step. */
import { z } from 'zod';
import { readFileIfPresent, writeFile } from '../../../shared/engine/files.ts';
import type { ObjectStore } from '../../../shared/engine/ports.ts';
import type { StepFile } from '../../../shared/engine/step.ts';
import { inParallel } from '../../../shared/in-parallel.ts';

const FOLDER = '.cloudreg/ingest/clipped/';

const clippedSchema = z.object({
  format: z.literal('cloudreg-clipped-voxels/1'),
  clipped: z.number().int().min(1),
});

const clippedFile = (key: string): StepFile<z.infer<typeof clippedSchema>> => ({
  key,
  schema: clippedSchema,
});

/** `task` names it among all that read the input. */
export async function writeClippedVoxels(store: ObjectStore, task: string, clipped: number): Promise<void> {
  if (clipped === 0) return;
  await writeFile(store, clippedFile(`${FOLDER}${task}.json`), {
    format: 'cloudreg-clipped-voxels/1',
    clipped,
  });
}

const FILES_AT_A_TIME = 16;

/** Of all tasks. */
export async function readClippedVoxels(store: ObjectStore): Promise<number> {
  const keys: string[] = [];
  for await (const { key } of store.list(FOLDER)) keys.push(key);
  const files = await inParallel(keys, FILES_AT_A_TIME, (key) => readFileIfPresent(store, clippedFile(key)));
  return files.reduce((sum, file) => sum + (file?.clipped ?? 0), 0);
}
