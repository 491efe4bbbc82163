/** Which volumes an illumination can be taken off. */
import type { VolumeInfo } from '../../shared/volume/info.ts';
import { IlluminationError } from './illumination-error.ts';

const TYPES: readonly string[] = ['uint8', 'uint16', 'float32'];

/** Throws `IlluminationError`; `where` names the volume. */
export function checkCorrectable(where: string, info: VolumeInfo): void {
  const refuse = (problem: string): never => {
    throw new IlluminationError(
      `${where} ${problem}`,
      'Give an image of one channel in uint8, uint16 or float32.',
    );
  };
  if (info.type === 'segmentation') refuse('is a segmentation: its voxels are labels, not light');
  if (!TYPES.includes(info.data_type)) refuse(`holds ${info.data_type} voxels`);
  if (info.num_channels !== 1) refuse(`has ${info.num_channels} channels in one volume`);
}
