/** A single PNG: one plane. */
import type { ArrayFile } from '../array-file.ts';
import { checkPlanes, type ImageSource } from './image-source.ts';
import { openPlaneFile } from './plane-file.ts';

/** @throws PngError */
export async function pngSource(file: ArrayFile): Promise<ImageSource> {
  const { kind, read } = await openPlaneFile(file);
  const about = { name: file.name, sizeVoxels: [kind.width, kind.height, 1], channels: 1 } as const;
  return {
    ...about,
    dtype: kind.type,
    voxelSizeUm: undefined,
    frame: undefined,
    warnings: [],
    async readPlanes(z0, z1, into) {
      checkPlanes(about, z0, z1, into);
      if (z1 > z0) await read(into);
    },
    close: async () => {},
  };
}
