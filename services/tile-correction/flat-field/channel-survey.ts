/** What the survey found in one channel, tile by tile and pooled. */
import type { Acquisition } from '../../../shared/acquisition/acquisition.ts';
import { addHistogram, HISTOGRAM_BINS, holdsOneValue } from '../../../shared/acquisition/histogram.ts';
import { nominalPosition } from '../../../shared/acquisition/placement.ts';
import { readTileSurvey, type TileSurvey } from '../../../shared/acquisition/survey.ts';
import type { ObjectStore } from '../../../shared/engine/ports.ts';

export interface SurveyedTile {
  readonly loc: number;
  /** First pixel of the tile, x and y, where the stage says it is. */
  readonly origin: readonly [number, number];
  /** Mean of plane 0, counts as recorded; undefined where that plane is missing or damaged. */
  readonly firstPlaneMean: number | undefined;
  readonly reduced: TileSurvey['reduced'];
}

export interface ChannelSurvey {
  readonly channel: number;
  /** Tiles with at least one plane of the channel, by ascending location. */
  readonly tiles: readonly SurveyedTile[];
  /** Voxels per value, of all tiles that show something. */
  readonly histogram: Float64Array;
  /** Locations of tiles that have the same value everywhere: no camera wrote them. */
  readonly constant: ReadonlySet<number>;
  /** Locations of tiles whose brightness is cut off in too many voxels to tell light from tissue. */
  readonly saturated: ReadonlySet<number>;
}

/** An overlap with that many equal voxels still says how light falls off; the fit gives outliers no weight. */
const MOST_SATURATED = 0.05;

export async function readChannelSurvey(
  store: ObjectStore,
  acquisition: Pick<Acquisition, 'tiles' | 'nominalStep'>,
  channel: number,
): Promise<ChannelSurvey> {
  const tiles: SurveyedTile[] = [];
  const histogram = new Float64Array(HISTOGRAM_BINS);
  const constant = new Set<number>();
  const saturated = new Set<number>();
  for (const tile of acquisition.tiles) {
    const survey = await readTileSurvey(store, channel, tile.loc);
    if (survey === undefined || survey.voxels === 0) continue;
    if (holdsOneValue(survey.histogram)) constant.add(tile.loc);
    else addHistogram(survey.histogram, histogram);
    if (survey.saturated > MOST_SATURATED * survey.voxels) saturated.add(tile.loc);
    const [x, y] = nominalPosition(acquisition, tile);
    const firstPlaneMean = survey.planes[0] === 0 ? survey.planeMeans[0] : undefined;
    tiles.push({ loc: tile.loc, origin: [x, y], firstPlaneMean, reduced: survey.reduced });
  }
  return { channel, tiles, histogram, constant, saturated };
}
