/** What a simulation showed, against what it must keep: a row each. */

import { billFor } from '../../cli/estimate/bill.ts';
import { passRequests, sumRequests } from '../../cli/estimate/engine-requests.ts';
import type { Prices } from '../../cli/estimate/prices.ts';
import { schedule } from '../../cli/estimate/schedule.ts';
import { stepEstimates } from '../../cli/estimate/step-estimate.ts';
import type { Measurement } from '../../cli/estimate/task-times.ts';
import type { StepId } from '../../shared/engine/records.ts';
import type { Sample, SimulationResult } from './simulate.ts';
import type { StepTally } from './simulated-tasks.ts';

export interface Figure {
  readonly what: string;
  readonly value: string;
  /** Absent: it is only told. */
  readonly bound?: string;
  readonly isKept: boolean;
}

export interface StepFigure {
  readonly step: StepId;
  readonly tasks: number;
  readonly seconds: number;
  readonly longestSeconds: number;
  /** From its first task's start to its last one's end. */
  readonly spanSeconds: number;
  /** The mean over that span. */
  readonly workers: number;
  /** What it must take at least. */
  readonly leastSeconds: number;
}

const PARTITION_WRITES = 1000;
const MAKESPAN_FACTOR = 1.3;
/** A share of the tasks: what deaths without notice may cost. */
const REPEATED_SHARE = 0.01;
/** Reads beside those that are foreseen are of jobs, once in half a minute by each worker. */
const FORESEEN_FACTOR = 1.3;

export function stepFigures({ tallies, plan, samples }: SimulationResult): StepFigure[] {
  return [...tallies].map(([step, tally]) => {
    const service = plan.steps.find(({ id }) => id === step)!.service;
    const workers = meanWorkers(samples, service, tally);
    const { seconds, longestSeconds, startedAt, endedAt, ended } = tally;
    return {
      ...{ step, tasks: ended, seconds, longestSeconds, workers },
      spanSeconds: (endedAt - startedAt) / 1000,
      leastSeconds: Math.max(longestSeconds, seconds / workers),
    };
  });
}

function meanWorkers(samples: readonly Sample[], service: string, { startedAt, endedAt }: StepTally): number {
  const inside = samples.filter(
    ({ seconds }) => seconds >= startedAt / 1000 && seconds <= Math.max(endedAt, startedAt + 5000) / 1000,
  );
  const sum = inside.reduce((total, { workers }) => total + (workers[service] ?? 0), 0);
  return Math.max(1, sum / Math.max(1, inside.length));
}

/** Tasks whose end was seen any number of times but once. */
export const notEndedOnce = ({ tallies }: SimulationResult): number =>
  [...tallies.values()].reduce(
    (sum, { ends }) =>
      sum + ends.reduce((of, pass) => of + pass.reduce((n, times) => n + (times === 1 ? 0 : 1), 0), 0),
    0,
  );

export const leastSeconds = (result: SimulationResult): number =>
  stepFigures(result).reduce((sum, step) => sum + step.leastSeconds, 0);

export function figuresOf(result: SimulationResult, prices: Prices): Figure[] {
  const { meter, seconds, deaths, events, workerHours, plan } = result;
  const least = leastSeconds(result);
  const ended = sumOf(result, (tally) => tally.ended);
  const started = sumOf(result, (tally) => tally.started);
  const foreseen = sumRequests(
    [...result.tallies.values()].flatMap(({ ends, ended: all, seconds: work }) =>
      ends.map(({ length }) => passRequests(length, work / Math.max(1, all))),
    ),
  );
  const terabytes = plan.acquisition.rawBytes / 1e12;
  const most = Math.max(
    ...result.samples.map(({ workers }) => Object.values(workers).reduce((a, b) => a + b, 0)),
  );
  const below = (what: string, value: number, bound: number, show = number): Figure => ({
    what,
    value: show(value),
    bound: `at most ${show(bound)}`,
    isKept: value <= bound,
  });
  const told = (what: string, value: string): Figure => ({ what, value, isKept: true });
  return [
    told('raw data', `${terabytes.toFixed(2)} TB, ${plan.acquisition.tiles.length} tiles`),
    told('tasks', number(ended)),
    told('workers in service at most', number(most)),
    below('makespan, s', seconds, MAKESPAN_FACTOR * least),
    told('makespan over the sum of max(longest task, work / workers)', (seconds / least).toFixed(2)),
    below('tasks that did not end exactly once', notEndedOnce(result), 0),
    below('tasks that ran again', started - ended, Math.max(5, Math.ceil(REPEATED_SHARE * ended))),
    told('workers that died', number(deaths)),
    told('messages handed back', number(events['handed-back'] ?? 0)),
    told('leases lost to a death (messages that came again)', number(meter.redeliveries)),
    below('leases lost by a living worker', meter.lostLeases + (events.lost ?? 0), 0),
    below('write units a second, hottest partition key', meter.mostPartitionWrites, PARTITION_WRITES),
    told('  which was', meter.hottestPartition.replace(/^[0-9a-f]{16}/, '<job>')),
    told('write units a second, whole table', number(meter.mostTableWrites)),
    told('messages sent', number(meter.messages)),
    below('SQS requests', meter.sqsRequests - meter.emptyReceives, FORESEEN_FACTOR * foreseen.sqsRequests),
    told('  and long polls without a message', number(meter.emptyReceives)),
    below('DynamoDB write units', meter.writeUnits, FORESEEN_FACTOR * foreseen.writeUnits),
    below('DynamoDB read units', meter.readUnits, FORESEEN_FACTOR * (foreseen.readUnits + workerHours * 120)),
    told(
      'queue and table, per TB',
      `${number((meter.sqsRequests + meter.writeUnits + meter.readUnits) / terabytes)} requests, $${(
        (meter.sqsRequests * prices.sqsPerMillionRequests +
          meter.writeUnits * prices.dynamoPerMillionWriteUnits +
          meter.readUnits * prices.dynamoPerMillionReadUnits) /
          1e6 /
          terabytes
      ).toFixed(2)}`,
    ),
    told('worker hours, of one thread', workerHours.toFixed(1)),
    told('machines, per TB', machineDollars(workerHours / terabytes, prices)),
  ];
}

/** S3's requests for the same plan, as `estimate` counts them: $ per TB. */
export function storeFigure({ plan }: SimulationResult, measured: Measurement, prices: Prices): Figure {
  const steps = stepEstimates(plan, measured);
  const { services } = schedule(steps, {}, prices.machines);
  const { requests } = billFor(steps, services, prices);
  const s3 = requests.filter(({ what }) => what.startsWith('S3'));
  const terabytes = plan.acquisition.rawBytes / 1e12;
  const value = s3.map(
    ({ what, count, dollars }) => `${number(count / terabytes)} ${what} $${(dollars / terabytes).toFixed(2)}`,
  );
  return { what: 'store, per TB', value: value.join(', '), isKept: true };
}

/** A thread of the first machine of the list. */
function machineDollars(hours: number, { machines: [machine] }: Prices): string {
  const { onDemandPerHour, spotPerHour, vcpus, type } = machine!;
  const cost = (perHour: number): string => `$${((hours * perHour) / vcpus).toFixed(2)}`;
  return `${cost(onDemandPerHour)} on demand, ${cost(spotPerHour)} spot (threads of ${type})`;
}

const sumOf = ({ tallies }: SimulationResult, of: (tally: StepTally) => number): number =>
  [...tallies.values()].reduce((sum, tally) => sum + of(tally), 0);

const number = (value: number): string =>
  value.toLocaleString('en-US', { maximumFractionDigits: value < 100 && !Number.isInteger(value) ? 1 : 0 });
