/** A planned mip as steps hand it on in their files; the data type is each step's own. */
import { z } from 'zod';

export const triple = z.tuple([z.number(), z.number(), z.number()]);

export const mipShape = {
  key: z.string(),
  sizeVoxels: triple,
  resolutionNm: triple,
  factorFromPrevious: triple,
  chunkSize: triple,
  voxelOffset: triple,
} as const;
