/** How the chunks of a scale hold voxels, where this program reads it (FORMATS section 3). */
import type { Vec3 } from '../../geometry/box.ts';
import type { DataType } from '../data-type.ts';

export const chunkEncodings = ['raw', 'jpeg', 'png', 'compressed_segmentation'] as const;

export interface ChunkFormat {
  readonly dataType: DataType;
  readonly channels: number;
  readonly encoding: (typeof chunkEncodings)[number];
  /** Voxels of a block, of compressed_segmentation alone. */
  readonly labelBlock?: Vec3 | undefined;
}
