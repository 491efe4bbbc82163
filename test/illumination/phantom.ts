/** A brain-like ellipsoid of two kinds of tissue in a dark box, times a known smooth field. */
import type { LowVolume, Three } from '../../shared/illumination/volume.ts';
import { seededRandom } from '../../shared/numerics/random.ts';

/** Places from -1 to 1 over the array to the logarithm of the illumination. */
export type LogIllumination = (x: number, y: number, z: number) => number;

export function phantom(size: Three, log: LogIllumination, voxelSizeUm: Three = [200, 200, 200]): LowVolume {
  const random = seededRandom(size[0]);
  const data = new Float32Array(size[0] * size[1] * size[2]);
  const at = (i: number, axis: number) => (2 * i) / (size[axis]! - 1) - 1;
  for (let z = 0, i = 0; z < size[2]; z++)
    for (let y = 0; y < size[1]; y++)
      for (let x = 0; x < size[0]; x++, i++) {
        const [u, v, w] = [at(x, 0), at(y, 1), at(z, 2)];
        const isTissue = (u / 0.8) ** 2 + (v / 0.8) ** 2 + (w / 0.8) ** 2 < 1;
        // Anatomy that repeats often is nothing that a smooth field could follow.
        const grey = Math.sin(20 * u) * Math.sin(18 * v) * Math.sin(16 * w) > 0 ? 900 : 450;
        data[i] = isTissue ? grey * (1 + 0.05 * random()) * Math.exp(log(u, v, w)) : 5 * random();
      }
  return { data, size, voxelSizeUm };
}
