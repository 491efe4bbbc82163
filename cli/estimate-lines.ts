/** An estimate in words: a table of the steps, then machines, requests, dollars and time. */
import type { Estimate, GriddedStep } from './estimate/estimate.ts';
import { formatBytes, formatSeconds } from './quantities.ts';
import { tableLines } from './table-lines.ts';

export const estimateLines = (estimate: Estimate): string[] => [
  ...stepTable(estimate),
  '',
  ...machineTable(estimate),
  '',
  ...requestTable(estimate),
  '',
  ...totalLines(estimate),
  ...estimate.notes.map((note) => `Note: ${note}`),
  ...sourceLines(estimate),
];

function stepTable({ steps, bytesRead, bytesWritten, coreHours }: Estimate): string[] {
  const heads = ['step', 'tasks', 'memory', 'raw read', 'written', 'GET', 'PUT', 'core time', 'grid'];
  const row = (step: GriddedStep): string[] => [
    step.step,
    count(step.tasks),
    `${count(step.needs.memoryMiB)} MiB`,
    formatBytes(Math.round(step.bytesRead)),
    formatBytes(Math.round(step.bytesWritten)),
    count(step.s3Gets),
    count(step.s3Puts),
    formatSeconds(step.seconds),
    step.grid,
  ];
  const sum = (of: (step: GriddedStep) => number): string =>
    count(steps.reduce((total, step) => total + of(step), 0));
  const totals = [
    'all',
    sum(({ tasks }) => tasks),
    '',
    formatBytes(Math.round(bytesRead)),
    formatBytes(Math.round(bytesWritten)),
    sum(({ s3Gets }) => s3Gets),
    sum(({ s3Puts }) => s3Puts),
    formatSeconds(coreHours * 3600),
    '',
  ];
  const planned = steps.filter(({ tasks }) => tasks > 0);
  return tableLines([heads, ...planned.map(row), totals], ['left', ...Array(7).fill('right'), 'left']);
}

function machineTable({ bill }: Estimate): string[] {
  const heads = ['service', 'machines', 'type', 'machine time', 'on demand', 'spot'];
  const rows = bill.machines.map((one) => [
    one.service,
    count(one.machines),
    one.machineType,
    formatSeconds(one.machineHours * 3600),
    dollars(one.onDemandDollars),
    dollars(one.spotDollars),
  ]);
  return tableLines([heads, ...rows], ['left', 'right', 'left', 'right', 'right', 'right']);
}

const requestTable = ({ bill }: Estimate): string[] =>
  tableLines(
    [
      ['requests', 'count', 'dollars'],
      ...bill.requests.map((one) => [one.what, count(one.count), dollars(one.dollars)]),
    ],
    ['left', 'right', 'right'],
  );

function totalLines({ bill, wallSeconds, localSeconds, workers, fleet, cloudreg }: Estimate): string[] {
  const sizes = [...new Set(Object.values(fleet))].sort((a, b) => a - b).join(' to ');
  return [
    `AWS          ${dollars(bill.onDemandDollars)} on demand, ${dollars(bill.spotDollars)} on spot machines, in about ${formatSeconds(wallSeconds)} with at most ${sizes} machines a service`,
    `kept         ${dollars(bill.storageDollarsPerMonth)} a month for the volumes in S3`,
    `here         about ${formatSeconds(localSeconds)} with ${workers} workers`,
    `CloudReg     ${dollars(cloudreg.dollars)}: one ${cloudreg.machineType} on demand for ${formatSeconds(cloudreg.hours * 3600)} (${dollars(cloudreg.machineDollars)}) and ${count(cloudreg.s3Puts)} stored chunks (${dollars(cloudreg.putDollars)})`,
    `             assumed, as it documents no times: ${cloudreg.assumed.join('; ')}`,
  ];
}

const sourceLines = ({ prices, measured }: Estimate): string[] => [
  `Prices of ${prices.date}, ${prices.region}: ${prices.sources.join(' ')}`,
  `  ${prices.note}`,
  `Task times of ${measured.date}: ${measured.command}, ${measured.machine}`,
];

const count = (value: number): string => Math.round(value).toLocaleString('en-US');

const dollars = (value: number): string => `$${value.toFixed(value < 100 ? 2 : 0)}`;
