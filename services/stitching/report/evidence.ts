/** Everything the report is written from: what earlier steps left, and the seams measured for it. */
import type { Acquisition } from '../../../shared/acquisition/acquisition.ts';
import { readCorrection } from '../../../shared/acquisition/correction.ts';
import {
  type CorrectionReport,
  correctionReportFile,
} from '../../../shared/acquisition/correction-report.ts';
import type { Placement } from '../../../shared/acquisition/placement.ts';
import { openPlanes } from '../../../shared/acquisition/plane-reader.ts';
import type { Problem } from '../../../shared/acquisition/problems.ts';
import { readTileSurvey, type TileSurvey } from '../../../shared/acquisition/survey.ts';
import { readFileIfPresent } from '../../../shared/engine/files.ts';
import type { ObjectStore } from '../../../shared/engine/ports.ts';
import { inParallel } from '../../../shared/in-parallel.ts';
import { channelsOf } from '../../output-volume.ts';
import type { JobParameters } from '../../parameters.ts';
import { type Pairs, pairsFile } from '../pairs.ts';
import { measureSeams, type SeamMeasurement } from './measure-seams.ts';
import { type PairView, pairViews } from './pair-view.ts';
import type { CutReader } from './read-cuts.ts';
import { seamsOf } from './seam.ts';
import { chooseHeights, heightCount, type Surveys } from './seam-heights.ts';

export interface ReportInputs {
  readonly acquisition: Acquisition;
  readonly placement: Placement;
  readonly problems: readonly Problem[];
  readonly parameters: JobParameters;
}

export interface Evidence extends ReportInputs {
  /** The one that overlaps are shown in. */
  readonly channel: number;
  /** Undefined where no pairs were measured. */
  readonly pairs: Pairs | undefined;
  readonly views: readonly PairView[];
  readonly corrections: readonly CorrectionReport[];
  readonly reader: CutReader;
  /** Planes of the volume at which seams were measured. */
  readonly heights: readonly number[];
  readonly measurement: SeamMeasurement;
}

const READS_IN_FLIGHT = 8;

export async function collectEvidence(
  inputs: ReportInputs,
  store: ObjectStore,
  source: ObjectStore,
): Promise<Evidence> {
  const { acquisition, placement, parameters } = inputs;
  const channels = channelsOf(acquisition, parameters);
  const pairs = await readFileIfPresent(store, pairsFile);
  // Overlaps are shown as alignment saw them, where that channel is corrected too.
  const channel = pairs !== undefined && channels.includes(pairs.channel) ? pairs.channel : channels[0]!;
  const reports = await inParallel(channels, READS_IN_FLIGHT, (each) =>
    readFileIfPresent(store, correctionReportFile(each)),
  );
  const reader: CutReader = {
    planes: openPlanes(source, acquisition),
    acquisition,
    correction: await readCorrection(store, channel, acquisition.tileSize),
    tileWidth: acquisition.tileSize[0],
    planeBytes: acquisition.rawBytes / Math.max(1, planeCount(acquisition)),
  };
  const seams = seamsOf(acquisition, placement, channel);
  const surveys = await readSurveys(store, acquisition, channel);
  const count = heightCount(acquisition.tileSize[2]);
  const heights = chooseHeights(seams, surveys, placement.size[2], count);
  return {
    ...inputs,
    channel,
    pairs,
    views: pairs === undefined ? [] : pairViews(pairs.pairs, placement),
    corrections: reports.filter((report) => report !== undefined),
    reader,
    heights,
    measurement: await measureSeams(reader, seams, heights),
  };
}

const planeCount = ({ tiles, tileSize }: Acquisition): number =>
  tiles.reduce(
    (sum, { stacks }) => sum + stacks.reduce((own, { missing }) => own + tileSize[2] - missing.length, 0),
    0,
  );

async function readSurveys(store: ObjectStore, { tiles }: Acquisition, channel: number): Promise<Surveys> {
  const found = await inParallel(tiles, READS_IN_FLIGHT, ({ loc }) => readTileSurvey(store, channel, loc));
  const surveys = found.filter((survey): survey is TileSurvey => survey !== undefined);
  return new Map(surveys.map((survey) => [survey.loc, survey]));
}
