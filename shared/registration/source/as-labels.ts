/** Volumes of labels as Neuroglancer takes them: unsigned whole numbers, exact. */
import type { VoxelArray } from '../../volume/data-type.ts';
import { RegistrationInputError } from '../errors.ts';
import type { SourceVolume } from './source-volume.ts';

/** Above this float32 no longer holds every whole number. */
const MOST_OF_FLOAT = 2 ** 24;

/** Signed and float types become uint32. @throws RegistrationInputError, when read, for what is no label */
export function asLabels(source: SourceVolume): SourceVolume {
  if (source.dataType.startsWith('uint')) return source;
  return {
    ...source,
    dataType: 'uint32',
    isSegmentation: true,
    read: async (scale, box) => whole(await source.read(scale, box), source),
  };
}

function whole(voxels: VoxelArray, { url, dataType }: SourceVolume): Uint32Array {
  const most = dataType === 'float32' ? MOST_OF_FLOAT : 2 ** 31;
  return Uint32Array.from(voxels as ArrayLike<number>, (value) => {
    if (value >= 0 && value <= most && Number.isInteger(value)) return value;
    throw new RegistrationInputError(
      `${url} holds ${value} as ${dataType}; labels must be whole numbers from 0 to ${most}` +
        `${dataType === 'float32' ? ', for larger ones are not exact in that type: store them as uint32 or uint64' : ''}.`,
    );
  });
}
