/** What `cloudreg convert` is to make: in the parameters of its jobs and of no others. */
import { z } from 'zod';
import { OrientationError, parseReorientation } from '../shared/geometry/orientation.ts';
import { dataTypes } from '../shared/volume/data-type.ts';

const um = z.number().positive();

const isReorientation = (text: string): boolean => {
  try {
    parseReorientation(text);
    return true;
  } catch (error) {
    if (error instanceof OrientationError) return false;
    throw error;
  }
};

export const conversionParameters = {
  voxelSize: z
    .union([z.literal('auto'), z.tuple([um, um, um])])
    .default('auto')
    .describe('um, x,y,z of the input; auto: as its file says, which folders of planes and TIFF do not'),
  dtype: z
    .enum(['auto', ...dataTypes])
    .default('auto')
    .describe(
      'type of the voxels, rounded and cut to its range; auto: as it is, float64 as float32, labels for compressed_segmentation as uint32 or uint64',
    ),
  mode: z
    .enum(['auto', 'image', 'segmentation'])
    .default('auto')
    .describe(
      'image: resolutions by means; segmentation: by the most frequent label, of equals the smallest; auto: image, unless the type is uint64 or the input is one of labels',
    ),
  encoding: z
    .enum(['raw', 'jpeg', 'png', 'compressed_segmentation'])
    .default('raw')
    .describe('how chunks hold voxels; jpeg loses a little'),
  sharded: z
    .boolean()
    .default(false)
    .describe(
      'many chunks to a file (neuroglancer_uint64_sharded_v1), where one file a chunk would be too many',
    ),
  orientation: z
    .union([
      z.literal('none'),
      z
        .string()
        .refine(isReorientation)
        .transform((text) => text.toUpperCase())
        .describe('two orientations such as RIP:PIR'),
    ])
    .default('none')
    .describe(
      'A:B turns axes: A, sides towards which x, y, z of the input grow (R|L, A|P, S|I); B, those of the output',
    ),
} as const;

export const conversionSchema = z.object(conversionParameters).strict();

export type ConversionParameters = z.infer<typeof conversionSchema>;
