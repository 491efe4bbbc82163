/** `--flat-field`: the factors that a channel's pixels are multiplied by, or none, and why. */
import type { Acquisition } from '../../../shared/acquisition/acquisition.ts';
import type { FlatFieldReport } from '../../../shared/acquisition/correction-report.ts';
import type { FlatField } from '../../../shared/acquisition/flat-field.ts';
import { openPlanes } from '../../../shared/acquisition/plane-reader.ts';
import { tileName } from '../../../shared/acquisition/quality-report.ts';
import { surveyGrid } from '../../../shared/acquisition/survey-grid.ts';
import type { ObjectStore } from '../../../shared/engine/ports.ts';
import type { JobParameters } from '../../parameters.ts';
import { cloudRegFlatField } from '../cloudreg-flat-field.ts';
import { estimateFlatField } from '../estimate-flat-field.ts';
import { evaluateFlatField } from '../log-field.ts';
import type { ChannelSurvey } from './channel-survey.ts';
import { readGivenFlatField } from './given-flat-field.ts';
import { PLANE_STRIDE, readMeanTile } from './mean-tile.ts';
import { gridOfLooks, readLooks } from './read-looks.ts';

export interface FlatFieldQuestion {
  readonly acquisition: Acquisition;
  readonly parameters: Pick<JobParameters, 'flatField' | 'flatFieldStride' | 'strict'>;
  readonly survey: ChannelSurvey;
  /** Counts that are subtracted first. */
  readonly background: number;
  /** The job's output, where the survey lies, and its input. */
  readonly store: ObjectStore;
  readonly source: ObjectStore;
}

export interface FlatFieldAnswer {
  /** Undefined: nothing is applied. */
  readonly flatField: FlatField | undefined;
  readonly report: FlatFieldReport;
}

/** A factor beyond 10, or below a tenth, is a hole in the light and not a flat field (ILLUMINATION section 4.5). */
const LARGEST_FACTOR = 10;

export function chooseFlatField(question: FlatFieldQuestion): Promise<FlatFieldAnswer> {
  switch (question.parameters.flatField) {
    case 'none':
      return Promise.resolve(notApplied('none', { reason: 'not asked for' }));
    case 'auto':
      return estimated(question);
    case 'cloudreg':
      return byCloudRegsRule(question);
    default:
      return given(question);
  }
}

/** From overlaps and looks, or none: ILLUMINATION section 2. */
async function estimated({ acquisition, parameters, ...question }: FlatFieldQuestion) {
  const { store, survey, background } = question;
  const [width, height] = acquisition.tileSize;
  const reduction = surveyGrid(acquisition, parameters.flatFieldStride);
  const grid = gridOfLooks(reduction, acquisition.tileSize);
  const looks = await readLooks(store, survey, reduction, grid);
  const origins = survey.tiles.map(({ origin }) => origin);
  const { decision, logField, ...found } = estimateFlatField({ grid, looks, origins, background });
  const warnings = [found.warning, leftOut(survey)];
  const details = { reason: found.reason, evidence: found.evidence, warnings };
  if (decision === 'none' || logField === null) return notApplied('auto', details);
  const factor = evaluateFlatField(logField, width, height);
  const [limited, beyond] = [limitFactors(factor), extremes(factor)];
  return applied('auto', { width, height, factor: limited }, { ...details, warnings: [...warnings, beyond] });
}

async function byCloudRegsRule({ acquisition, parameters, ...question }: FlatFieldQuestion) {
  const { source, survey, background } = question;
  const planes = openPlanes(source, acquisition);
  const mean = await readMeanTile(planes, acquisition, survey.channel, parameters.strict);
  if (mean === null) return notApplied('cloudreg', { reason: 'no plane of the channel can be read' });
  const [width, height] = mean.tile.shape;
  const flatField = { width, height, factor: cloudRegFlatField(mean.tile, background) };
  return applied('cloudreg', flatField, {
    reason: `CloudReg's rule: N4 of the mean of every ${PLANE_STRIDE}nd plane, ${mean.planes} in all`,
    warnings: [
      'This rule makes a field that is several times too strong; it is meant for comparison with CloudReg.',
      extremes(flatField.factor),
    ],
  });
}

async function given({ acquisition, parameters, survey }: FlatFieldQuestion) {
  const url = parameters.flatField;
  const flatField = await readGivenFlatField(url, survey.channel, acquisition.tileSize);
  return applied(url, flatField, { reason: 'given by the user', warnings: [extremes(flatField.factor)] });
}

interface Details {
  readonly reason: string;
  readonly evidence?: FlatFieldReport['evidence'];
  readonly warnings?: readonly (string | null)[];
}

const notApplied = (requested: string, details: Details): FlatFieldAnswer => ({
  flatField: undefined,
  report: { requested, decision: 'none', factors: null, ...explanation(details) },
});

const applied = (requested: string, flatField: FlatField, details: Details): FlatFieldAnswer => ({
  flatField,
  report: { requested, decision: 'apply', factors: rangeOf(flatField.factor), ...explanation(details) },
});

const explanation = ({ reason, evidence = null, warnings = [] }: Details) => ({
  reason,
  evidence,
  warning: warnings.filter((warning) => warning !== null).join(' ') || null,
});

const limitFactors = (factor: Float32Array): Float32Array =>
  factor.map((value) => Math.min(LARGEST_FACTOR, Math.max(1 / LARGEST_FACTOR, value)));

const rangeOf = (factor: Float32Array) => ({
  smallest: factor.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY),
  largest: factor.reduce((most, value) => Math.max(most, value), 0),
});

function extremes(factor: Float32Array): string | null {
  const { smallest, largest } = rangeOf(factor);
  if (smallest >= 1 / LARGEST_FACTOR && largest <= LARGEST_FACTOR) return null;
  return `Factors go from ${smallest.toPrecision(2)} to ${largest.toPrecision(2)}: look at the borders of tiles.`;
}

function leftOut({ constant, saturated }: ChannelSurvey): string | null {
  const parts = [
    ...locations(constant, 'the same value everywhere'),
    ...locations(saturated, 'too many saturated voxels'),
  ];
  return parts.length === 0 ? null : `Left out: ${parts.join('; ')}.`;
}

const locations = (locs: ReadonlySet<number>, why: string): string[] =>
  locs.size === 0 ? [] : [`${[...locs].map(tileName).join(', ')} (${why})`];
