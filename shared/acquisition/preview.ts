/**
 * The low-resolution volume of a channel, which `stitching.preview` writes: for people, for the illumination field and
 * for registration. Its frame is the placement's: voxel (i, j, k) covers voxels i fx to (i + 1) fx of the full volume
 * along x, and so on, cut to the volume.
 */

import { z } from 'zod';
import type { StepFile } from '../engine/step.ts';
import { channelFolder } from './channel-folder.ts';

const whole = z.number().int().positive();

const previewSchema = z.object({
  format: z.literal('cloudreg-preview/1'),
  channel: z.number().int(),
  /** Voxels of the full resolution in one of the preview, x, y, z. */
  factor: z.tuple([whole, whole, whole]),
  size: z.tuple([whole, whole, whole]),
  /** Micrometres per voxel of the preview. */
  voxelSizeUm: z.tuple([z.number(), z.number(), z.number()]),
  /** Share of the voxels that a tile covers. */
  covered: z.number(),
});

/**
 * A precomputed volume with its own mips: corrected counts in the acquisition's data type. In its finest mip 0 says that
 * no tile is there; what a tile covers is at least 1 (float32: the smallest number above 0), however dark.
 */
export const previewFolder = (channel: number): string =>
  `.cloudreg/stitching/preview/${channelFolder(channel)}`;

/** Written last: where it is, the preview is whole. */
export const previewFile = (channel: number): StepFile<z.infer<typeof previewSchema>> => ({
  key: `${previewFolder(channel)}.json`,
  schema: previewSchema,
});
