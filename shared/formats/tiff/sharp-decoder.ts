/** Compressed and tiled images through sharp (libvips), loaded only where one is met. */
import type { TiffHeader } from './header.ts';
import type { TiffPixels, TiffPixelType } from './pixels.ts';
import { TiffError } from './tiff-error.ts';

/**
 * The conversions under which libvips returns the stored numbers. 16 bits without `grey16` come back as three channels
 * divided by 257, floats with it all as 65535, and signed numbers are clipped whatever one asks for: `pixelTypeOf`
 * refuses them before.
 */
const EXACT = {
  uint8: { space: 'b-w', depth: 'uchar' },
  uint16: { space: 'grey16', depth: 'ushort' },
  float32: { space: 'b-w', depth: 'float' },
} as const;

export async function decodeWithSharp(
  bytes: Uint8Array,
  header: TiffHeader,
  type: TiffPixelType,
  file: string,
): Promise<TiffPixels> {
  const { default: sharp } = await import('sharp');
  // Each plane is decoded once and by one thread of several: a cache or threads of its own only cost memory.
  sharp.cache(false);
  sharp.concurrency(1);
  const { space, depth } = EXACT[type];
  // A colour profile is no part of the numbers: applied, it would change them.
  const decoding = sharp(bytes, { unlimited: true, failOn: 'error', ignoreIcc: true })
    .toColourspace(space)
    .raw({ depth })
    .toBuffer({ resolveWithObject: true });
  const { data, info } = await decoding.catch((cause: Error) => {
    throw new TiffError('damaged', file, `cannot be decoded (${firstLine(cause.message)})`, cause);
  });
  if (info.width !== header.width || info.height !== header.height || info.channels !== 1)
    throw new TiffError('damaged', file, `decodes to ${info.width} x ${info.height} x ${info.channels}`);
  return pixelsOf(data, type);
}

function pixelsOf({ buffer, byteOffset, byteLength }: Buffer, type: TiffPixelType): TiffPixels {
  if (type === 'uint8') return new Uint8Array(buffer, byteOffset, byteLength);
  // Node's small buffers may lie at any offset of a shared one, typed arrays may not.
  const aligned = byteOffset % 4 === 0 ? buffer : buffer.slice(byteOffset, byteOffset + byteLength);
  const offset = byteOffset % 4 === 0 ? byteOffset : 0;
  return type === 'uint16'
    ? new Uint16Array(aligned, offset, byteLength / 2)
    : new Float32Array(aligned, offset, byteLength / 4);
}

const firstLine = (message: string): string => message.trim().split('\n')[0] ?? message;
