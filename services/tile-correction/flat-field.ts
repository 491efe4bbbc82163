/**
 * tile-correction.flat-field: what the light and the camera added to every tile.
 * Reads the acquisition and the survey (full-resolution planes only for `--flat-field cloudreg`); a task is a channel;
 * writes `background.json` and, where one is to be applied, `flat-field.tiff` under `CHNnn/`, which fusion follows, and
 * `decision.json`, which says why.
 */
import { type Acquisition, acquisitionFile } from '../../shared/acquisition/acquisition.ts';
import { writeCorrection } from '../../shared/acquisition/correction.ts';
import {
  type BackgroundReport,
  correctionReportFile,
  type FlatFieldReport,
} from '../../shared/acquisition/correction-report.ts';
import { writeFile } from '../../shared/engine/files.ts';
import type { Needs } from '../../shared/engine/step.ts';
import { channelsOf } from '../output-volume.ts';
import type { JobParameters } from '../parameters.ts';
import { defineStep } from '../step.ts';
import { readChannelSurvey } from './flat-field/channel-survey.ts';
import { checkBackgrounds, chooseBackground } from './flat-field/choose-background.ts';
import { chooseFlatField } from './flat-field/choose-flat-field.ts';
import { PLANE_STRIDE } from './flat-field/mean-tile.ts';

interface FlatFieldInputs {
  readonly acquisition: Acquisition;
  readonly parameters: JobParameters;
}

export const flatField = defineStep({
  service: 'tile-correction',
  name: 'flat-field',
  waitsFor: ['tile-correction.survey'],
  reads: { acquisition: acquisitionFile },
  needs: flatFieldNeeds,
  plan: ({ acquisition, parameters }) => {
    const channels = channelsOf(acquisition, parameters);
    checkBackgrounds(parameters, channels);
    return { count: channels.length, task: (index) => channels[index]! };
  },
  run: async (channel: number, { inputs: { acquisition, parameters }, store, source }) => {
    const survey = await readChannelSurvey(store, acquisition, channel);
    const background = chooseBackground(parameters, channelsOf(acquisition, parameters), survey);
    const question = { acquisition, parameters, survey, background: background.value, store, source };
    const { flatField, report } = await chooseFlatField(question);
    await writeCorrection(store, channel, { background: background.value, flatField });
    await writeFile(store, correctionReportFile(channel), {
      format: 'cloudreg-correction-report/1',
      channel,
      flatField: report,
      background,
      statement: statementOf(channel, report, background),
    });
  },
});

function statementOf(channel: number, flatField: FlatFieldReport, background: BackgroundReport): string {
  const subtracted = background.value === 0 ? 'no background' : `background ${+background.value.toFixed(2)}`;
  const field = flatField.decision === 'apply' ? 'a flat field' : 'no flat field';
  const positions = (flatField.evidence?.pairs ?? 0) > 0 ? ', tiles at their nominal positions' : '';
  return `Channel ${channel}: ${subtracted} (${background.reason}), ${field} (${flatField.reason}${positions})`;
}

function flatFieldNeeds({ acquisition, parameters }: FlatFieldInputs): Needs {
  const { tileSize, tiles } = acquisition;
  const pixels = tileSize[0] * tileSize[1];
  const withN4 = parameters.flatField === 'cloudreg';
  const planes = withN4 ? (tiles.length * tileSize[2]) / PLANE_STRIDE : 0;
  const bytes = tiles.length * TILE_BYTES + pixels * (withN4 ? N4_BYTES : FACTOR_BYTES);
  return {
    memoryMiB: Math.ceil(bytes / 2 ** 20) + RUNTIME_MIB,
    threads: 1,
    seconds: Math.ceil(
      tiles.length * TILE_SECONDS + (planes * pixels) / PLANE_RATE + (withN4 ? pixels / N4_RATE : 0),
    ),
  };
}

/** Two looks of at most 64 x 64, their logarithms, differences and residuals in float64, and the survey's file. */
const TILE_BYTES = 2 ** 19;
/** The factors, once more as a file, and the checks' copy. */
const FACTOR_BYTES = 12;
/** The mean, N4's arrays, and the planes on their way with what a decoder needs. */
const N4_BYTES = 80;
/** Seven fits. */
const TILE_SECONDS = 0.1;
/** Pixels a second: adding up planes; and N4's 200 rounds at 8 million each. */
const PLANE_RATE = 100e6;
const N4_RATE = 40e3;
/** A thread with its JavaScript heap. */
const RUNTIME_MIB = 128;
