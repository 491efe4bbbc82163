/**
 * Voxels that a correction makes brighter than their type can hold (ILLUMINATION section 4.5): counted before they are
 * rounded, one small file for each block that has any. For people; read by no step.
 */
import { z } from 'zod';
import { readFileIfPresent, writeFile } from '../engine/files.ts';
import type { ObjectStore } from '../engine/ports.ts';
import type { StepFile } from '../engine/step.ts';
import type { Box } from '../geometry/box.ts';
import { inParallel } from '../in-parallel.ts';
import type { Kernels, PixelType } from '../kernels/kernels.ts';
import { folderOf, type Lit } from './files.ts';

/** Undefined: float32 holds whatever comes. */
const brightestOf = (type: PixelType): number | undefined =>
  type === 'float32' ? undefined : { uint8: 255, uint16: 65_535 }[type];

/** Counts in planes of unrounded voxels in kernel memory. */
export function clipCounter(type: PixelType, kernels: Kernels) {
  const brightest = brightestOf(type);
  let clipped = 0;
  return {
    add(plane: Float32Array): void {
      // What is rounded half to even is cut from there on: both types end in an odd number.
      if (brightest !== undefined) clipped += kernels.countFrom(plane, brightest + 0.5);
    },
    total: (): number => clipped,
  };
}

/** Of the volumes that fusion writes, and of the copy that `cloudreg correct` writes. */
const clippedFolder = (lit: Lit): string =>
  lit === 'volume'
    ? '.cloudreg/illumination-correction/clipped/'
    : `.cloudreg/stitching/clipped/${folderOf(lit)}/`;

const clippedSchema = z.object({
  format: z.literal('cloudreg-clipped-voxels/1'),
  clipped: z.number().int().min(1),
});

const clippedFile = (key: string): StepFile<z.infer<typeof clippedSchema>> => ({
  key,
  schema: clippedSchema,
});

/** `block`: voxels of mip 0. */
export async function writeClipped(store: ObjectStore, lit: Lit, block: Box, clipped: number): Promise<void> {
  if (clipped === 0) return;
  const key = `${clippedFolder(lit)}${block.start.join('_')}.json`;
  await writeFile(store, clippedFile(key), { format: 'cloudreg-clipped-voxels/1', clipped });
}

const FILES_AT_A_TIME = 16;

/** Of all blocks, at mip 0. */
export async function readClipped(store: ObjectStore, lit: Lit): Promise<number> {
  const keys: string[] = [];
  for await (const { key } of store.list(clippedFolder(lit))) keys.push(key);
  const files = await inParallel(keys, FILES_AT_A_TIME, (key) => readFileIfPresent(store, clippedFile(key)));
  return files.reduce((sum, file) => sum + (file?.clipped ?? 0), 0);
}
