/** The looks of a channel (ILLUMINATION section 2.1), from the survey's reduced tiles: means over halves of the depth. */
import { readReducedTile } from '../../../shared/acquisition/reduced-tile.ts';
import type { SurveyGrid } from '../../../shared/acquisition/survey-grid.ts';
import type { ObjectStore } from '../../../shared/engine/ports.ts';
import type { Look, ReducedGrid } from '../looks.ts';
import type { ChannelSurvey, SurveyedTile } from './channel-survey.ts';

/** Whole blocks only: the last reduced pixel of a row or column may be a mean of fewer. */
export const gridOfLooks = (
  { factor }: SurveyGrid,
  [width, height]: readonly [number, number, ...number[]],
): ReducedGrid => ({
  width: Math.floor(width / factor[0]),
  height: Math.floor(height / factor[0]),
  reduction: factor[0],
});

/** `tile`: index in `survey.tiles`. Tiles that say nothing about the light have no looks. */
export async function readLooks(
  store: ObjectStore,
  survey: ChannelSurvey,
  surveyGrid: SurveyGrid,
  grid: ReducedGrid,
): Promise<Look[]> {
  const looks: Look[] = [];
  for (const [index, tile] of survey.tiles.entries()) {
    if (survey.constant.has(tile.loc) || survey.saturated.has(tile.loc)) continue;
    const voxels = await readReducedTile(store, {
      channel: survey.channel,
      loc: tile.loc,
      reduced: tile.reduced,
    });
    for (const [zBlock, slices] of halvesOf(surveyGrid.size[2]).entries()) {
      if (planesOf(tile, slices) < planesWanted(surveyGrid, slices) / 2) continue;
      looks.push({ tile: index, zBlock, image: meanOf(voxels, tile, slices, grid) });
    }
  }
  return looks;
}

interface Slices {
  readonly start: number;
  readonly end: number;
}

function halvesOf(slices: number): readonly Slices[] {
  const middle = Math.ceil(slices / 2);
  const halves = [
    { start: 0, end: middle },
    { start: middle, end: slices },
  ];
  return halves.filter(({ start, end }) => end > start);
}

const planesOf = ({ reduced }: SurveyedTile, { start, end }: Slices): number =>
  reduced.slices.slice(start, end).reduce((sum, { planes }) => sum + planes, 0);

/** With fewer than half of them a look shows other tissue than its neighbour's. */
const planesWanted = ({ planes, factor }: SurveyGrid, { start, end }: Slices): number =>
  planes.filter((plane) => plane >= start * factor[2] && plane < end * factor[2]).length;

/** Mean over the planes of the slices, cut to the grid. */
function meanOf(
  voxels: Float32Array,
  { reduced }: SurveyedTile,
  { start, end }: Slices,
  { width, height }: ReducedGrid,
): Float32Array {
  const [columns, rows] = reduced.size;
  const sums = new Float64Array(width * height);
  let planes = 0;
  for (let slice = start; slice < end; slice++) {
    const weight = reduced.slices[slice]!.planes;
    planes += weight;
    for (let pixel = 0; pixel < sums.length; pixel++) {
      const row = Math.floor(pixel / width);
      sums[pixel]! += weight * voxels[(slice * rows + row) * columns + (pixel % width)]!;
    }
  }
  return Float32Array.from(sums, (sum) => sum / planes);
}
