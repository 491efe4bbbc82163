/**
 * A tile at low resolution as the survey keeps it: `LOCnnn.npy`, 16 bits a voxel, shape [z][y][x] in C order. Every slice
 * has a scale of its own: value = least + stored x step, counts as recorded. A step is a power of two and at most 2^-15
 * of what the slice's values span, so rounding moves none by more than half of that.
 */
import { StepInputError } from '../engine/errors.ts';
import type { ObjectStore } from '../engine/ports.ts';
import { encodeNpy, npyHeader } from '../formats/npy-write.ts';
import { surveyStem, type TileSurvey } from './survey.ts';

export interface SliceScale {
  readonly least: number;
  readonly step: number;
}

export interface EncodedTile {
  /** The whole file. */
  readonly npy: Uint8Array;
  /** One per slice. */
  readonly scales: readonly SliceScale[];
}

const LARGEST = 2 ** 16 - 1;

export const reducedTileKey = (channel: number, loc: number): string => `${surveyStem(channel, loc)}.npy`;

/** `voxels`: finite numbers, x fastest, then y, z; `size`: x, y, z. */
export function encodeReducedTile(
  voxels: Float32Array,
  [columns, rows, slices]: readonly [number, number, number],
): EncodedTile {
  const stored = new Uint16Array(voxels.length);
  const scales = Array.from({ length: slices }, (_, n) => {
    const [start, end] = [n * columns * rows, (n + 1) * columns * rows];
    const scale = scaleOf(voxels, start, end);
    store(voxels, start, end, scale, stored);
    return scale;
  });
  return { npy: encodeNpy(stored, [slices, rows, columns]), scales };
}

function scaleOf(voxels: Float32Array, start: number, end: number): SliceScale {
  let [least, most] = [voxels[start]!, voxels[start]!];
  for (let i = start; i < end; i++) {
    least = Math.min(least, voxels[i]!);
    most = Math.max(most, voxels[i]!);
  }
  return { least, step: most > least ? 2 ** Math.ceil(Math.log2((most - least) / LARGEST)) : 1 };
}

/** A step is a power of two: times its inverse is divided by it, exactly. */
function store(
  voxels: Float32Array,
  start: number,
  end: number,
  { least, step }: SliceScale,
  stored: Uint16Array,
): void {
  const perStep = 1 / step;
  for (let i = start; i < end; i++) stored[i] = Math.min(LARGEST, Math.round((voxels[i]! - least) * perStep));
}

/**
 * Reduced planes `start` to `end` (excluded), x fastest, then y, z, by default all of them; into `voxels`, which it returns. 0
 * in slices without planes.
 */
export async function readReducedTile(
  store: ObjectStore,
  { channel, loc, reduced: { size, slices } }: Pick<TileSurvey, 'channel' | 'loc' | 'reduced'>,
  start = 0,
  end = size[2],
  voxels: Float32Array = new Float32Array(size[0] * size[1] * (end - start)),
): Promise<Float32Array> {
  const key = reducedTileKey(channel, loc);
  const sliceVoxels = size[0] * size[1];
  const header = npyHeader('u2', [size[2], size[1], size[0]]);
  const at = (slice: number): number => header.length + slice * sliceVoxels * Uint16Array.BYTES_PER_ELEMENT;
  const range = { start: at(start), end: at(end) };
  const parts = await store.getRanges(key, [{ start: 0, end: header.length }, range]);
  if (parts === undefined) throw new StepInputError(key, 'not there');
  const [begin, bytes] = [parts[0]!, parts[1]!];
  if (Buffer.compare(begin, header) !== 0 || bytes.length !== range.end - range.start)
    throw new StepInputError(key, `not an array of ${size.join(' x ')} in 16 bits, as its survey says`);
  // The header is as long as alignment asks, but what a store answers may begin anywhere.
  const aligned = bytes.byteOffset % 2 === 0 ? bytes : bytes.slice();
  const stored = new Uint16Array(aligned.buffer, aligned.byteOffset, aligned.byteLength / 2);
  for (let n = start; n < end; n++)
    restore(stored, (n - start) * sliceVoxels, sliceVoxels, slices[n]!, voxels);
  return voxels;
}

function restore(
  stored: Uint16Array,
  from: number,
  count: number,
  { least, step }: SliceScale,
  voxels: Float32Array,
): void {
  for (let i = from; i < from + count; i++) voxels[i] = least + stored[i]! * step;
}
