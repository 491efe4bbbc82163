/** `--flat-field cloudreg` needs the mean tile at full size: CloudReg's mean of every second plane of a channel. */
import type { Acquisition, Stack } from '../../../shared/acquisition/acquisition.ts';
import type { PlaneReader } from '../../../shared/acquisition/plane-reader.ts';
import { makePixels } from '../../../shared/volume/pixels.ts';
import type { MeanTile } from '../cloudreg-flat-field.ts';
import { planesHeld, surveyedPlanes } from '../survey/surveyed-planes.ts';

/** CloudReg's pipeline takes every second file; the default of its own command line, every fifth, is never used. */
export const PLANE_STRIDE = 2;

/**
 * Counts as in CloudReg over the list of all files, tile after tile: an odd number of planes shifts the next tile's.
 * Sums in float64, plane after plane. A damaged plane is left out, or an error where `strict`. Null without planes.
 */
export async function readMeanTile(
  reader: PlaneReader,
  acquisition: Acquisition,
  channel: number,
  strict: boolean,
): Promise<{ readonly tile: MeanTile; readonly planes: number } | null> {
  const [width, height, depth] = acquisition.tileSize;
  const sums = new Float64Array(width * height);
  const { type, length } = planesHeld(acquisition);
  const held = makePixels(type, length);
  let [files, planes] = [0, 0];
  for (const stack of stacksOf(acquisition, channel)) {
    const present = presentPlanes(stack, depth);
    const chosen = present.filter((_, index) => (files + index) % PLANE_STRIDE === 0);
    files += present.length;
    for await (const found of surveyedPlanes(reader, acquisition, stack, chosen, held)) {
      if (found.kind === 'damaged') {
        if (strict) throw found.error;
        continue;
      }
      planes += 1;
      for (let pixel = 0; pixel < sums.length; pixel++) sums[pixel]! += found.pixels[pixel]!;
    }
  }
  if (planes === 0) return null;
  return { tile: { data: sums.map((sum) => sum / planes), shape: [width, height] }, planes };
}

const stacksOf = ({ tiles }: Acquisition, channel: number): Stack[] =>
  tiles.flatMap(({ stacks }) => stacks.filter((stack) => stack.channel === channel));

function presentPlanes({ missing }: Stack, depth: number): number[] {
  const absent = new Set(missing);
  return Array.from({ length: depth }, (_, plane) => plane).filter((plane) => !absent.has(plane));
}
