/** What a job would take: the one module behind `cloudreg estimate` and `run --dry-run`. */

import type { JobParameters } from '../../services/parameters.ts';
import { type Bill, billFor } from './bill.ts';
import { type CloudRegEstimate, cloudRegEstimate } from './cloudreg-machine.ts';
import { ageWarning } from './data-file.ts';
import type { Fleet } from './fleet.ts';
import type { NominalPlan } from './nominal-plan.ts';
import type { Prices } from './prices.ts';
import { localSeconds, schedule } from './schedule.ts';
import { type StepEstimate, stepEstimates } from './step-estimate.ts';
import { gridOf } from './task-grid.ts';
import type { TaskTimes } from './task-times.ts';
import { planesOf } from './work-units.ts';
import { parametersOf, volumeVoxels } from './written-chunks.ts';

export interface EstimateInputs {
  readonly plan: NominalPlan;
  readonly times: TaskTimes;
  readonly prices: Prices;
  readonly fleet: Fleet;
  /** Threads of this machine. */
  readonly workers: number;
  readonly nowMilliseconds: number;
}

export interface GriddedStep extends StepEstimate {
  readonly grid: string;
}

export interface Estimate {
  readonly steps: readonly GriddedStep[];
  readonly rawBytes: number;
  readonly rawVoxels: number;
  readonly volumeVoxels: number;
  readonly bytesRead: number;
  readonly bytesWritten: number;
  readonly coreHours: number;
  readonly fleet: Fleet;
  /** With that fleet. */
  readonly wallSeconds: number;
  /** `run` on this machine. */
  readonly localSeconds: number;
  readonly workers: number;
  readonly bill: Bill;
  readonly cloudreg: CloudRegEstimate;
  readonly prices: Pick<Prices, 'date' | 'region' | 'note' | 'sources'>;
  readonly measured: Pick<TaskTimes, 'date' | 'machine' | 'command'>;
  /** What to keep in mind, a sentence each. */
  readonly notes: readonly string[];
  readonly warnings: readonly string[];
}

export function estimateJob(inputs: EstimateInputs): Estimate {
  const { plan, times, prices, fleet, workers } = inputs;
  const { acquisition } = plan;
  const [width, height] = acquisition.tileSize;
  const rawVoxels = planesOf(acquisition) * width * height;
  const steps = stepEstimates(plan, isCompressed(plan) ? times.compressed : times.plain);
  const { wallSeconds, services } = schedule(steps, fleet, prices.machines);
  const { date, region, note, sources } = prices;
  return {
    steps: steps.map((step) => ({ ...step, grid: gridOf(plan, step.step) })),
    ...{ rawBytes: acquisition.rawBytes, rawVoxels, volumeVoxels: volumeVoxels(plan) },
    bytesRead: sum(steps.map((step) => step.bytesRead)),
    bytesWritten: sum(steps.map((step) => step.bytesWritten)),
    coreHours: sum(steps.map(({ seconds, needs }) => seconds * needs.threads)) / 3600,
    ...{ fleet, wallSeconds, workers },
    localSeconds: localSeconds(steps, workers),
    bill: billFor(steps, services, prices),
    cloudreg: cloudRegEstimate(
      { rawVoxels, volumeVoxels: volumeVoxels(plan), channels: acquisition.channels.length },
      prices,
    ),
    prices: { date, region, note, sources },
    measured: { date: times.date, machine: times.machine, command: times.command },
    notes: notesOf(plan, steps),
    warnings: warningsOf(inputs),
  };
}

const isCompressed = ({ acquisition: { tiles } }: NominalPlan): boolean =>
  tiles.some(({ stacks }) => stacks.some(({ compressed }) => compressed));

function notesOf(plan: NominalPlan, steps: readonly StepEstimate[]): string[] {
  const { isNominal, steps: planned } = plan;
  const guessed = steps.filter(({ isMeasured, tasks }) => !isMeasured && tasks > 0).map(({ step }) => step);
  const isRegistered = planned.some(({ id, tasks }) => id === 'registration.initialise' && tasks > 0);
  return [
    ...(isNominal
      ? ['Tiles are taken to lie where the stage says; aligned ones may add or save a few tasks.']
      : []),
    ...(guessed.length > 0
      ? [`Not measured, so by what the steps say they need, and without bytes: ${guessed.join(', ')}.`]
      : []),
    ...(isRegistered
      ? ['registration.register and transform are planned when the atlas is read: they are not counted.']
      : []),
    ...encodingNotes(parametersOf(plan)),
    'Bytes written follow the compression of the measured phantom; real data may take half as much or twice.',
    'Tasks take the CPU time that was measured; waiting for S3 is not in it.',
  ];
}

/** Tasks were measured on chunks as a run writes them by default. */
function encodingNotes({ encoding, compress }: JobParameters): string[] {
  if (encoding === 'raw' && (compress === 'gzip' || compress === 'gzip:auto')) return [];
  const asked = encoding === 'raw' ? `--compress ${compress}` : `--encoding ${encoding}`;
  return [
    `${asked} was not measured: bytes written, what they cost a month, and the time of fusion and the pyramid are those of raw voxels with gzip.`,
  ];
}

const warningsOf = ({ prices, times, nowMilliseconds }: EstimateInputs): string[] =>
  [
    ageWarning('Prices', prices.date, nowMilliseconds),
    ageWarning('Task times', times.date, nowMilliseconds),
  ].filter((warning) => warning !== undefined);

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
