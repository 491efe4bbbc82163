/**
 * Voxels that a correction makes brighter than their type can hold (ILLUMINATION section 4.5): counted before they are
 * rounded, for each block that has any.
 */
import type { ObjectStore } from '../engine/ports.ts';
import type { Box } from '../geometry/box.ts';
import type { Kernels, PixelType } from '../kernels/kernels.ts';
import { readClippedCount, writeClippedCount } from '../volume/clipped-voxels.ts';
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

/** `block`: voxels of mip 0. */
export const writeClipped = (store: ObjectStore, lit: Lit, block: Box, clipped: number): Promise<void> =>
  writeClippedCount(store, clippedFolder(lit), block.start.join('_'), clipped);

/** Of all blocks, at mip 0. */
export const readClipped = (store: ObjectStore, lit: Lit): Promise<number> =>
  readClippedCount(store, clippedFolder(lit));
