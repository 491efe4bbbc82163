/** Voxels of the input that the output's type cannot hold. */
import type { ObjectStore } from '../../../shared/engine/ports.ts';
import { readClippedCount, writeClippedCount } from '../../../shared/volume/clipped-voxels.ts';

const FOLDER = '.cloudreg/ingest/clipped/';

/** `task` names it among all that read the input. */
export const writeClippedVoxels = (store: ObjectStore, task: string, clipped: number): Promise<void> =>
  writeClippedCount(store, FOLDER, task, clipped);

/** Of all tasks. */
export const readClippedVoxels = (store: ObjectStore): Promise<number> => readClippedCount(store, FOLDER);
