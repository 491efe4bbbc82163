/** Voxels as JPEG and PNG chunks, as wide as the chunk and as high as its rows are many (FORMATS section 3). */
import type { Vec3 } from '../../geometry/box.ts';
import type { VoxelArray } from '../data-type.ts';
import type { ChunkFormat } from './chunk-format.ts';

/** neuroglancer-scripts' own: losses stay below what the camera's noise hides. */
const JPEG_QUALITY = 95;

/** `voxels`: x fastest, then y, z, channel; of a type and number of channels that the picture can hold. */
export async function encodePicture(
  voxels: VoxelArray,
  { channels, encoding }: Pick<ChunkFormat, 'channels' | 'encoding'>,
  [width, y, z]: Vec3,
): Promise<Uint8Array> {
  const { default: sharp } = await import('sharp');
  sharp.cache(false);
  sharp.concurrency(1);
  const count = channels as 1 | 2 | 3 | 4;
  const picture = sharp(interleaved(voxels, channels) as Uint8Array, {
    raw: { width, height: y * z, channels: count },
    limitInputPixels: false,
  });
  const isWide = voxels instanceof Uint16Array;
  picture.toColourspace(channels < 3 ? (isWide ? 'grey16' : 'b-w') : isWide ? 'rgb16' : 'srgb');
  return encoding === 'jpeg'
    ? picture.jpeg({ quality: JPEG_QUALITY, chromaSubsampling: '4:4:4' }).toBuffer()
    : picture.png().toBuffer();
}

/** A copy of its own in any case: what is encoded later may change meanwhile. */
function interleaved(planar: VoxelArray, channels: number): VoxelArray {
  const mixed = planar.slice();
  if (channels === 1) return mixed;
  const pixels = planar.length / channels;
  for (let channel = 0, from = 0; channel < channels; channel++)
    for (let pixel = 0, to = channel; pixel < pixels; pixel++, to += channels) mixed[to] = planar[from++]!;
  return mixed;
}
