/** The reduced tiles of a channel at their places in the preview. */

import type { Placement } from '../../../shared/acquisition/placement.ts';
import { readTileSurvey, type TileSurvey, tileSurveyFile } from '../../../shared/acquisition/survey.ts';
import { StepInputError } from '../../../shared/engine/errors.ts';
import type { ObjectStore } from '../../../shared/engine/ports.ts';
import type { Vec3 } from '../../../shared/geometry/box.ts';
import { inParallel } from '../../../shared/in-parallel.ts';
import { type AxisSamples, blockAxis, sampleAxis } from './axis.ts';

export interface PreviewTile {
  readonly survey: TileSurvey;
  readonly x: AxisSamples;
  readonly y: AxisSamples;
  readonly z: AxisSamples;
}

/** Files asked for at a time. */
export const READS_IN_FLIGHT = 8;

/** The tiles that have the channel, in ascending order of location: the order of every sum. */
export async function previewTiles(
  store: ObjectStore,
  placement: Placement,
  channel: number,
  factor: Vec3,
): Promise<readonly PreviewTile[]> {
  const tiles = await inParallel(placement.tiles, READS_IN_FLIGHT, async ({ loc, position }) => {
    const survey = await readTileSurvey(store, channel, loc);
    return survey === undefined ? [] : [placeTile(survey, position, placement, factor)];
  });
  return tiles.flat().sort((a, b) => a.survey.loc - b.survey.loc);
}

function placeTile(
  survey: TileSurvey,
  position: Vec3,
  { tileSize, size }: Placement,
  factor: Vec3,
): PreviewTile {
  const { reduced, channel, loc } = survey;
  if (reduced.factor.join() !== factor.join())
    throw new StepInputError(
      tileSurveyFile(channel, loc).key,
      `reduced by ${reduced.factor.join(', ')}, but the job's parameters give ${factor.join(', ')}`,
    );
  const sliceCentres = reduced.slices.map(({ centre }) => centre ?? Number.NaN);
  return {
    survey,
    x: sampleAxis(blockAxis(tileSize[0], factor[0]), position[0], size[0]),
    y: sampleAxis(blockAxis(tileSize[1], factor[1]), position[1], size[1]),
    z: sampleAxis({ extent: tileSize[2], factor: factor[2], centres: sliceCentres }, position[2], size[2]),
  };
}
