/** Which values of an image are shown black and white. */
import { boxAt } from '../geometry/box.ts';
import { quantile } from '../numerics/statistics.ts';
import type { Volume } from '../volume/open-volume.ts';

/** Of the recorded voxels, so that a few hot ones do not darken the rest (VIEWER section 5). */
const BLACK = 0.001;
const WHITE = 0.999;
/** Voxels of a slab that is read at a time: the coarsest mip of a volume without a pyramid may be large. */
const MOST_VOXELS = 2 ** 24;
/** Enough of them for a percentile. */
const SAMPLE = 2 ** 20;

/** From the coarsest mip, zeros left out: they are where nothing was recorded. */
export async function brightnessWindow(volume: Volume, channel = 0): Promise<readonly [number, number]> {
  const values = await coarsestValues(volume, channel);
  if (values.length === 0) return [0, 1];
  const [black, white] = [quantile(values, BLACK), quantile(values, WHITE)];
  // Of one value only: show it bright on black.
  return white > black ? [black, white] : [Math.min(0, white), white || 1];
}

async function coarsestValues({ mips, read }: Volume, channel: number): Promise<Float64Array> {
  const last = mips.length - 1;
  const { sizeVoxels, voxelOffset, chunkSize, channels } = mips[last]!;
  const [width, height, depth] = sizeVoxels;
  const [x, y, z] = voxelOffset;
  // What is too large is looked at in its middle, in whole chunks.
  const planes = Math.max(1, Math.min(depth, Math.floor(MOST_VOXELS / (width * height * channels))));
  const first = Math.floor((depth - planes) / 2 / chunkSize[2]) * chunkSize[2];
  const { data } = await read(
    last,
    boxAt([x, y, z + first], [width, height, Math.min(planes, depth - first)]),
  );
  const perChannel = data.length / channels;
  const every = Math.ceil(perChannel / SAMPLE);
  const recorded = new Float64Array(SAMPLE);
  let count = 0;
  for (let i = 0; i < perChannel; i += every) {
    const value = Number(data[channel * perChannel + i]);
    if (value !== 0 && Number.isFinite(value)) recorded[count++] = value;
  }
  return recorded.subarray(0, count);
}
