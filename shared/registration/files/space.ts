/** A volume's place in a registration: what it is, where it is read, and how its voxels lie in space. */
import { z } from 'zod';
import type { Affine } from '../../geometry/affine.ts';
import type { Vec3 } from '../../geometry/box.ts';
import { parseOrientation } from '../../geometry/orientation.ts';

const numbers = z.tuple([z.number(), z.number(), z.number()]).readonly();
const sizes = z.tuple([z.number().positive(), z.number().positive(), z.number().positive()]).readonly();

export const spaceSchema = z.object({
  /** As the user named it. */
  url: z.string(),
  /** Where its voxels are read: a volume in chunks, a copy where `url` is a file. */
  imageUrl: z.string(),
  /** As the viewer reads it; a precomputed volume where absent. */
  imageFormat: z
    .object({
      scheme: z.enum(['precomputed', 'zarr2', 'zarr3']),
      leadingAxes: z.array(z.string()).readonly(),
    })
    .exactOptional(),
  /** Of the finest resolution. */
  sizeVoxels: sizes,
  voxelSizeUm: sizes,
  /** Of the volume's corner, in the positions people see. */
  offsetUm: numbers,
  orientation: z.string().transform((text) => parseOrientation(text).join('')),
});

export type Space = z.infer<typeof spaceSchema>;

export const extentOf = ({ sizeVoxels: n, voxelSizeUm: d }: Space): Vec3 => [
  n[0] * d[0],
  n[1] * d[1],
  n[2] * d[2],
];

const row = z.tuple([z.number(), z.number(), z.number(), z.number()]).readonly();

/** Three rows of [M | t], um. */
export const affineSchema = z.tuple([row, row, row]).readonly() satisfies z.ZodType<Affine>;

export const gridSchema = z.object({ size: sizes, spacingUm: sizes, originUm: numbers });
