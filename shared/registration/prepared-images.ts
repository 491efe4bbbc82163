/** Sample and atlas as they are compared: at the finest level, corrected, of stable variance. */

import type { Vec3 } from '../geometry/box.ts';
import { correctGrid, evenBrightness } from './corrections.ts';
import { prepareSample, standardise } from './intensities.ts';
import type { WeightedImage } from './levels.ts';
import { loadLevel, type MissingValue } from './source/load-level.ts';
import type { SourceVolume } from './source/source-volume.ts';

export interface ImageWishes {
  readonly resolutionUm: number;
  readonly missing: MissingValue;
  /** Of the sample at full resolution. */
  readonly sampleExtentUm: Vec3;
  readonly corrections: { readonly grid: boolean; readonly bias: boolean };
}

export interface PreparedImages {
  readonly sample: WeightedImage;
  readonly atlas: WeightedImage;
}

export async function prepareImages(
  sample: SourceVolume,
  atlas: SourceVolume,
  wishes: ImageWishes,
): Promise<PreparedImages> {
  const { resolutionUm, missing, sampleExtentUm, corrections } = wishes;
  const recorded = await loadLevel(sample, { resolutionUm, missing, extentUm: sampleExtentUm });
  const flat = corrections.grid ? correctGrid(recorded) : recorded;
  const even = corrections.bias ? evenBrightness(flat, missing === 'none' ? 'whole' : 'gaps') : undefined;
  return {
    sample: even === undefined ? prepareSample(flat) : standardise(even),
    atlas: standardise(await loadLevel(atlas, { resolutionUm, missing: 'none' })),
  };
}
