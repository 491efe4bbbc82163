/** What the survey finds out about one tile in one channel. */
import type { Acquisition } from '../../../shared/acquisition/acquisition.ts';
import { histogramText } from '../../../shared/acquisition/histogram.ts';
import { encodeReducedTile } from '../../../shared/acquisition/reduced-tile.ts';
import type { TileSurvey } from '../../../shared/acquisition/survey.ts';
import type { SurveyGrid } from '../../../shared/acquisition/survey-grid.ts';
import type { Kernels, Pixels } from '../../../shared/kernels/kernels.ts';
import { type ReducerBuffers, reducerBuffers, reduceTile } from './reduced-tile.ts';
import type { SurveyedPlane } from './surveyed-planes.ts';
import { countBuffer, countVoxels } from './voxel-counts.ts';

export interface MeasuredTile {
  readonly survey: Omit<TileSurvey, 'format' | 'channel' | 'loc'>;
  /** The reduced tile's file. */
  readonly reduced: Uint8Array;
}

interface MeasuringBuffers extends ReducerBuffers {
  readonly counts: Int32Array;
}

/** What `measureTile` needs of the kernels' memory, besides the planes. */
export const measuringBuffers = (
  { tileSize: [width], dataType }: Pick<Acquisition, 'tileSize' | 'dataType'>,
  grid: SurveyGrid,
) => ({ ...reducerBuffers(width, grid), counts: countBuffer(dataType) });

/** `strict`: a damaged plane is an error; otherwise it is left out and listed. */
export async function measureTile(
  kernels: Kernels,
  buffers: MeasuringBuffers,
  surveyed: AsyncIterable<SurveyedPlane>,
  { tileSize, dataType }: Acquisition,
  grid: SurveyGrid,
  strict: boolean,
): Promise<MeasuredTile> {
  const reducer = reduceTile(kernels, tileSize, grid, buffers);
  const histogram = countVoxels(kernels, dataType, buffers.counts);
  const planes: number[] = [];
  const planeMeans: number[] = [];
  const damaged: TileSurvey['damaged'] = [];
  for await (const found of surveyed) {
    if (found.kind === 'damaged') {
      if (strict) throw found.error;
      damaged.push({ plane: found.plane, reason: found.error.reason });
      continue;
    }
    const pixels = withoutNonNumbers(found.pixels);
    histogram.add(pixels);
    planes.push(found.plane);
    planeMeans.push(reducer.add(found.plane, pixels));
  }
  const counts = histogram.counts();
  const { voxels, slices } = reducer.reduced();
  const { npy, scales } = encodeReducedTile(voxels, grid.size);
  return {
    reduced: npy,
    survey: {
      planes,
      planeMeans,
      damaged,
      voxels: planes.length * tileSize[0] * tileSize[1],
      saturated: dataType === 'float32' ? 0 : counts.at(-1)!,
      histogram: histogramText(counts),
      reduced: {
        factor: [...grid.factor],
        size: [...grid.size],
        slices: slices.map((slice, n) => ({ ...slice, ...scales[n]! })),
      },
    },
  };
}

/** One NaN would swallow its plane's mean: it counts as 0. Changes the pixels in place. */
function withoutNonNumbers(pixels: Pixels): Pixels {
  if (!(pixels instanceof Float32Array)) return pixels;
  for (let i = 0; i < pixels.length; i++) if (!Number.isFinite(pixels[i])) pixels[i] = 0;
  return pixels;
}
