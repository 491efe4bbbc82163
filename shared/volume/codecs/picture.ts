/** JPEG and PNG chunks: one picture whose pixels in reading order are the voxels, x fastest (FORMATS section 3). */
import type { Vec3 } from '../../geometry/box.ts';
import { type VoxelArray, voxelsOf, zeroVoxels } from '../data-type.ts';
import { ChunkError } from '../errors.ts';
import type { ChunkFormat } from './chunk-format.ts';

/** Undoes the interleaving of the channels; any width x height with the right product will do. */
export async function decodePicture(
  bytes: Uint8Array,
  format: ChunkFormat,
  [x, y, z]: Vec3,
  chunk: string,
): Promise<VoxelArray> {
  const pixels = x * y * z;
  const picture = await openPicture(bytes, pixels, chunk);
  await checkHeader(picture, format, pixels, chunk);
  const wide = format.dataType === 'uint16';
  const space = format.channels < 3 ? (wide ? 'grey16' : 'b-w') : wide ? 'rgb16' : 'srgb';
  const decoding = picture
    .toColourspace(space)
    .raw({ depth: wide ? 'ushort' : 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const { data, info } = await decoding.catch((cause: Error) => {
    throw damaged(chunk, format, cause);
  });
  if (info.channels !== format.channels)
    throw new ChunkError(
      chunk,
      `its picture decodes to ${info.channels} channels, expected ${format.channels}`,
    );
  return planar(voxelsOf(format.dataType, data), format, pixels);
}

/** libvips is loaded where the first picture is met; `limitInputPixels` keeps it from making more than was asked for. */
async function openPicture(bytes: Uint8Array, pixels: number, chunk: string) {
  if (bytes.length === 0) throw new ChunkError(chunk, 'an empty file, expected a picture');
  const { default: sharp } = await import('sharp');
  sharp.cache(false);
  sharp.concurrency(1);
  // A colour profile is no part of the voxels: applied, it would change them.
  return sharp(bytes, { failOn: 'error', ignoreIcc: true, limitInputPixels: pixels });
}

type Picture = Awaited<ReturnType<typeof openPicture>>;

async function checkHeader(
  picture: Picture,
  format: ChunkFormat,
  pixels: number,
  chunk: string,
): Promise<void> {
  const {
    format: kind,
    width,
    height,
    channels,
    depth,
    isPalette,
  } = await picture.metadata().catch((cause: Error) => {
    throw damaged(chunk, format, cause);
  });
  const found = `a ${kind} picture of ${width} x ${height} pixels, ${channels} channels of ${depth}`;
  const isWanted =
    kind === format.encoding &&
    width * height === pixels &&
    channels === format.channels &&
    depth === (format.dataType === 'uint16' ? 'ushort' : 'uchar') &&
    isPalette !== true;
  if (isWanted) return;
  const wanted = `${pixels} pixels, ${format.channels} channels of ${format.dataType}`;
  throw new ChunkError(chunk, `${found}, expected ${format.encoding} of ${wanted}`);
}

function damaged(chunk: string, { encoding }: ChunkFormat, cause: Error): ChunkError {
  const why = cause.message.trim().split('\n')[0];
  return new ChunkError(chunk, `no whole ${encoding} picture of the right size (${why})`, cause);
}

function planar(interleaved: VoxelArray, { dataType, channels }: ChunkFormat, pixels: number): VoxelArray {
  if (channels === 1) return interleaved;
  const voxels = zeroVoxels(dataType, interleaved.length);
  for (let channel = 0, to = 0; channel < channels; channel++)
    for (let from = channel, pixel = 0; pixel < pixels; pixel++, from += channels)
      voxels[to++] = interleaved[from]!;
  return voxels;
}
