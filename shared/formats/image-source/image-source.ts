/** Images of any format, read a few planes at a time: what `convert` takes. */
import type { Vec3 } from '../../geometry/box.ts';
import type { ElementArray, ElementType } from '../elements.ts';

/** Where voxels lie in an animal, as the file says. */
export interface ImageFrame {
  /**
   * Three rows of four, micrometres: voxel index to position, x to the right, y to the front, z up; the position of
   * index 0 is the centre of the first voxel. Not necessarily a rotation with scales: files may say anything.
   */
  readonly affineUm: readonly (readonly number[])[];
}

/**
 * One image of three axes and any number of channels. Two-dimensional files have a single plane. Opening reads headers
 * alone and refuses what the file cannot hold; reading holds one plane besides `into`, of gzip a few megabytes more.
 */
export interface ImageSource {
  /** File or folder, for messages. */
  readonly name: string;
  /** Of what `readPlanes` gives. */
  readonly dtype: ElementType;
  readonly sizeVoxels: Vec3;
  readonly channels: number;
  /** Undefined where the file does not say. */
  readonly voxelSizeUm: Vec3 | undefined;
  readonly frame: ImageFrame | undefined;
  /** What the user should know: slices that seem to be missing, files that were left out. One sentence each. */
  readonly warnings: readonly string[];
  /** A step back reads all again from the file's begin: gzip. */
  readonly isForwardOnly?: true;
  /**
   * Fills `into`, an array of `dtype`, with planes `z0` up to `z1` (excluded): x fastest, then y, plane, channel.
   * Any order will do; of gzip files a step back begins again at the file's begin. One call at a time.
   * @throws ArrayFileError, TiffError, PngError: permanent, with file, what was found and what was expected
   */
  readPlanes(z0: number, z1: number, into: ElementArray): Promise<void>;
  /**
   * Fills `into` with rows `y0` up to `y1` (excluded) of a plane of one channel, x fastest, for what those rows cost: present
   * where they lie in the file as they are in memory. @throws as `readPlanes`
   */
  readonly readRows?: ((z: number, y0: number, y1: number, into: ElementArray) => Promise<void>) | undefined;
  /** Lets go of what is open; reading again opens it again. */
  close(): Promise<void>;
}

/** Numbers of one plane of one channel. */
export const planeElements = ({ sizeVoxels: [x, y] }: Pick<ImageSource, 'sizeVoxels'>): number => x * y;

/** A caller's mistake is no fault of the file. */
export function checkPlanes(
  source: Pick<ImageSource, 'name' | 'sizeVoxels' | 'channels'>,
  z0: number,
  z1: number,
  into: ElementArray,
): void {
  const { name, sizeVoxels, channels } = source;
  const whole = Number.isInteger(z0) && Number.isInteger(z1);
  if (!whole || z0 < 0 || z1 < z0 || z1 > sizeVoxels[2])
    throw new RangeError(`${name}: planes ${z0} to ${z1} of ${sizeVoxels[2]}`);
  const expected = planeElements(source) * (z1 - z0) * channels;
  if (into.length !== expected)
    throw new RangeError(`${name}: ${into.length} numbers for planes ${z0} to ${z1}, expected ${expected}`);
}
