/** From a path or URL to a volume: NRRD and NIfTI by their names, a precomputed volume or OME-Zarr else. */
import { openStore, toUrl } from '../../adapters/open-store.ts';
import type { ObjectStore } from '../../engine/ports.ts';
import type { Vec3 } from '../../geometry/box.ts';
import { sourceFormat, withoutScheme } from '../../viewer/source-url.ts';
import { openVolume, type Volume } from '../../volume/open-volume.ts';
import { readArrayFile } from './array-file-source.ts';
import type { SourceVolume, SourceWishes } from './source-volume.ts';

const ARRAY_FILE = /\.(nrrd|nhdr|nii|nii\.gz|hdr)$/i;

export const isArrayFile = (url: string): boolean => ARRAY_FILE.test(url);

/** @throws RegistrationInputError, VolumeError, ArrayFileError, StoreError */
export async function openSource(pathOrUrl: string, wishes: SourceWishes = {}): Promise<SourceVolume> {
  const url = toUrl(withoutScheme(pathOrUrl));
  if (isArrayFile(url)) return readArrayFile(url, wishes);
  return chunkedSource(url, await openVolume(await openStore(url)));
}

/** The folder of a store's own. */
export const openSourceIn = async (store: ObjectStore, folder: string): Promise<SourceVolume> =>
  chunkedSource(`${store.url}/${folder}`, await openVolume(store, folder));

function chunkedSource(url: string, volume: Volume): SourceVolume {
  const { mips, info } = volume;
  const finest = mips[0]!;
  const um = (axis: 0 | 1 | 2): number => (finest.voxelOffset[axis] * finest.resolutionNm[axis]) / 1000;
  return {
    url,
    scales: mips.map(({ sizeVoxels, resolutionNm: [x, y, z], chunkSize }) => ({
      sizeVoxels,
      voxelSizeUm: [x / 1000, y / 1000, z / 1000],
      chunkSize,
    })),
    offsetUm: [um(0), um(1), um(2)],
    dataType: finest.dataType,
    isSegmentation: info.type === 'segmentation',
    format: sourceFormat(finest),
    statedOrientation: undefined,
    async read(scale, { start, end }) {
      const { voxelOffset } = mips[scale]!;
      const moved = (corner: Vec3): Vec3 => [
        corner[0] + voxelOffset[0],
        corner[1] + voxelOffset[1],
        corner[2] + voxelOffset[2],
      ];
      const { data, shape } = await volume.read(scale, { start: moved(start), end: moved(end) });
      return data.subarray(0, shape[0]! * shape[1]! * shape[2]!);
    },
  };
}
