/** What NGFF says about an image of several resolutions (FORMATS section 13). */
import type { JsonObject } from '../../engine/records.ts';
import type { StoredMip } from '../../volume/info.ts';

export const ngffVersions = ['0.4', '0.5'] as const;
export type NgffVersion = (typeof ngffVersions)[number];

export const AXES = ['c', 'z', 'y', 'x'];

/** Folder of a mip's array. */
export const arrayFolder = (mip: number): string => String(mip);

/** One entry of `multiscales`, without its version. */
export const multiscaleOf = (name: string, mips: readonly StoredMip[]): JsonObject => ({
  name,
  axes: AXES.map((axis) =>
    axis === 'c' ? { name: axis, type: 'channel' } : { name: axis, type: 'space', unit: 'micrometer' },
  ),
  datasets: mips.map((mip, index) => ({
    path: arrayFolder(index),
    coordinateTransformations: transformsOf(mip),
  })),
});

/**
 * NGFF speaks of the centres of voxels: that of the first lies half a voxel from the corner, which is the same at each
 * mip. So the mips lie on each other, and the image where the volume lies.
 */
function transformsOf({ resolutionNm, voxelOffset }: StoredMip): JsonObject[] {
  const um = resolutionNm.map((nm) => nm / 1000);
  const centre = um.map((size, axis) => (voxelOffset[axis]! + 0.5) * size);
  return [
    { type: 'scale', scale: [1, ...um.reverse()] },
    { type: 'translation', translation: [0, ...centre.reverse()] },
  ];
}
