/** A section of a volume as a picture, for people to look at. */
import { writeFile } from 'node:fs/promises';
import { boxAt } from '../geometry/box.ts';
import type { VoxelArray } from './data-type.ts';
import { VolumeError } from './errors.ts';
import type { Volume } from './open-volume.ts';

export interface Section {
  readonly mip: number;
  /** Plane, counted with the volume's offset. */
  readonly z: number;
}

/** Black and white lie at these shares of the voxels above zero: a few bright voxels must not darken the rest. */
const BLACK = 0.005;
const WHITE = 0.997;
/** Enough voxels for a percentile. */
const SAMPLE = 2 ** 20;

/** The first channel of an x-y section as an 8-bit grey PNG. */
export async function sectionPng(volume: Volume, { mip, z }: Section): Promise<Uint8Array> {
  const stored = volume.mips[mip];
  if (stored === undefined)
    throw new VolumeError(`The volume has no mip ${mip}, only ${volume.mips.length} mips`);
  const [width, height] = stored.sizeVoxels;
  const [x, y] = stored.voxelOffset;
  const { data } = await volume.read(mip, boxAt([x, y, z], [width, height, 1]));
  const grey = stretch(data.subarray(0, width * height));
  const { default: sharp } = await import('sharp');
  const image = sharp(grey, { raw: { width, height, channels: 1 }, limitInputPixels: false });
  return image.toColourspace('b-w').png({ compressionLevel: 6 }).toBuffer();
}

export async function writeSectionPng(volume: Volume, section: Section, file: string): Promise<void> {
  await writeFile(file, await sectionPng(volume, section));
}

function stretch(voxels: VoxelArray): Uint8Array {
  const [black, white] = contrast(voxels);
  const scale = 255 / (white - black);
  // Writing rounds and clips; what is no number becomes black.
  const grey = new Uint8ClampedArray(voxels.length);
  for (let i = 0; i < voxels.length; i++) grey[i] = (Number(voxels[i]) - black) * scale;
  return new Uint8Array(grey.buffer);
}

function contrast(voxels: VoxelArray): [black: number, white: number] {
  const every = Math.max(1, Math.floor(voxels.length / SAMPLE));
  const above: number[] = [];
  for (let i = 0; i < voxels.length; i += every) {
    const value = Number(voxels[i]);
    if (value > 0 && Number.isFinite(value)) above.push(value);
  }
  const sorted = Float64Array.from(above).sort();
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
  const [black, white] = [at(BLACK), at(WHITE)];
  // Of one value only: show it bright on black.
  return white > black ? [black, white] : [0, white || 1];
}
