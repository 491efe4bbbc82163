/** What registration asks of a machine: images of the sample's size at the registration resolution. */
import type { Vec3 } from '../../shared/geometry/box.ts';
import type { JobParameters } from '../parameters.ts';

/** A mouse brain with its surroundings, um along each axis: where nothing is known of the sample yet. */
const BRAIN_UM: Vec3 = [16_000, 10_000, 14_000];
/** A thread with its JavaScript heap, and planes of the volumes being read. */
const RUNTIME_MIB = 250;

export function levelVoxels(
  { registrationResolution: um }: JobParameters,
  extentUm: Vec3 = BRAIN_UM,
): number {
  return extentUm.reduce((count, extent) => count * Math.ceil(extent / um), 1);
}

export const levelMiB = (voxels: number, bytesPerVoxel: number): number =>
  RUNTIME_MIB + Math.ceil((voxels * bytesPerVoxel) / 2 ** 20);
