/** What machines and requests would cost, by the file of prices. */
import { type EngineRequests, passRequests, sumRequests } from './engine-requests.ts';
import type { Prices } from './prices.ts';
import type { ServiceHours } from './schedule.ts';
import type { StepEstimate } from './step-estimate.ts';

export interface MachineBill {
  readonly service: string;
  readonly machineType: string;
  readonly machines: number;
  readonly machineHours: number;
  readonly onDemandDollars: number;
  readonly spotDollars: number;
}

export interface RequestBill {
  readonly what: string;
  readonly count: number;
  readonly dollars: number;
}

export interface Bill {
  readonly machines: readonly MachineBill[];
  readonly requests: readonly RequestBill[];
  readonly onDemandDollars: number;
  readonly spotDollars: number;
  /** Of the volumes, for each month that they are kept. */
  readonly storageDollarsPerMonth: number;
}

/** A plan or an expansion on Lambda: mostly waiting for SQS and DynamoDB. */
const PLAN_SECONDS = 0.2;
const PLAN_GB = 0.5;
/** One line of figures a minute from every machine. */
const LOG_BYTES_PER_HOUR = 60 * 1500;
const GB = 1e9;

export function billFor(
  steps: readonly StepEstimate[],
  services: readonly ServiceHours[],
  prices: Prices,
): Bill {
  const machines = services.map(({ service, machine, machines: count, machineHours }) => ({
    service,
    machineType: machine.type,
    machines: count,
    machineHours,
    onDemandDollars: machineHours * machine.onDemandPerHour,
    spotDollars: machineHours * machine.spotPerHour,
  }));
  const requests = requestBills(steps, sum(machines.map(({ machineHours }) => machineHours)), prices);
  const ofRequests = sum(requests.map(({ dollars }) => dollars));
  return {
    machines,
    requests,
    onDemandDollars: ofRequests + sum(machines.map(({ onDemandDollars }) => onDemandDollars)),
    spotDollars: ofRequests + sum(machines.map(({ spotDollars }) => spotDollars)),
    storageDollarsPerMonth: (sum(steps.map(({ bytesWritten }) => bytesWritten)) / GB) * prices.s3PerGbMonth,
  };
}

function requestBills(steps: readonly StepEstimate[], hours: number, prices: Prices): RequestBill[] {
  const engine = engineRequests(steps);
  const perMillion = (what: string, count: number, price: number): RequestBill => ({
    what,
    count,
    dollars: (count / 1e6) * price,
  });
  const { planMessages } = engine;
  const lambda = prices.lambdaPerMillionCalls + 1e6 * PLAN_SECONDS * PLAN_GB * prices.lambdaPerGbSecond;
  return [
    perMillion('S3 PUT', sum(steps.map(({ s3Puts }) => s3Puts)), prices.s3PerThousandPuts * 1000),
    perMillion('S3 GET', sum(steps.map(({ s3Gets }) => s3Gets)), prices.s3PerThousandGets * 1000),
    perMillion('SQS requests', engine.sqsRequests, prices.sqsPerMillionRequests),
    perMillion('DynamoDB write units', engine.writeUnits, prices.dynamoPerMillionWriteUnits),
    perMillion('DynamoDB read units', engine.readUnits, prices.dynamoPerMillionReadUnits),
    perMillion('Lambda calls', planMessages, lambda),
    {
      what: 'log bytes',
      count: hours * LOG_BYTES_PER_HOUR,
      dollars: ((hours * LOG_BYTES_PER_HOUR) / GB) * prices.logsPerGb,
    },
  ];
}

export const engineRequests = (steps: readonly StepEstimate[]): EngineRequests =>
  sumRequests(
    steps.flatMap(({ passes }) =>
      passes.map(({ tasks, seconds }) => passRequests(tasks, tasks === 0 ? 0 : seconds / tasks)),
    ),
  );

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
