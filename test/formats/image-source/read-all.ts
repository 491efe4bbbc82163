import { type ElementArray, makeElements } from '../../../shared/formats/elements.ts';
import type { ImageSource } from '../../../shared/formats/image-source/image-source.ts';

/** All planes, `step` at a time: x fastest, then y, z, channel. */
export async function readAll(source: ImageSource, step: number): Promise<ElementArray> {
  const { dtype, channels, sizeVoxels } = source;
  const [, , depth] = sizeVoxels;
  const plane = sizeVoxels[0] * sizeVoxels[1];
  const all = makeElements(dtype, plane * depth * channels);
  for (let z = 0; z < depth; z += step) {
    const planes = Math.min(step, depth - z);
    const part = makeElements(dtype, plane * planes * channels);
    await source.readPlanes(z, z + planes, part);
    for (let channel = 0; channel < channels; channel++)
      (all as Uint8Array).set(
        part.subarray(channel * planes * plane, (channel + 1) * planes * plane) as Uint8Array,
        (channel * depth + z) * plane,
      );
  }
  await source.close();
  return all;
}
