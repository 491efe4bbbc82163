/** What chunks of pictures cannot hold. */
import type { Vec3 } from '../../geometry/box.ts';
import type { DataType } from '../data-type.ts';

/** The longest side that JPEG has room for. */
const MOST_JPEG_PIXELS = 65_535;

export interface PictureKind {
  readonly dataType: DataType;
  readonly channels: number;
  readonly chunkSize: Vec3;
}

interface PictureLimit {
  /** What such pictures do hold. */
  readonly holds: string;
  /** Types that would do; absent where the type is none of the trouble. */
  readonly types?: string;
  /** What to do about it, in the words of the flags. */
  readonly remedy: string;
}

/** Undefined where the picture holds such chunks. */
export function pictureLimit(
  picture: 'jpeg' | 'png',
  { dataType, channels, chunkSize: [x, y, z] }: PictureKind,
): PictureLimit | undefined {
  if (picture === 'png') {
    if ((dataType === 'uint8' || dataType === 'uint16') && channels <= 4) return undefined;
    const types = 'uint8 or uint16';
    return { holds: `up to four channels of ${types}`, types, remedy: 'take --encoding raw' };
  }
  if (dataType !== 'uint8' || (channels !== 1 && channels !== 3))
    return {
      holds: 'one or three channels of uint8',
      types: 'uint8',
      remedy: 'take --encoding raw or png',
    };
  if (x > MOST_JPEG_PIXELS || y * z > MOST_JPEG_PIXELS)
    return { holds: `pictures of at most ${MOST_JPEG_PIXELS} rows`, remedy: 'give a smaller --chunk-size' };
  return undefined;
}
