/** The flags of an estimate, and what they name: shared by `estimate` and `run --dry-run`. */
import type { Command } from 'commander';
import { pipeline } from '../services/pipeline.ts';
import type { ObjectStore } from '../shared/engine/ports.ts';
import type { NewJob } from '../shared/engine/records.ts';
import { type Estimate, estimateJob } from './estimate/estimate.ts';
import { type Fleet, readFleet } from './estimate/fleet.ts';
import { planFromSource } from './estimate/nominal-plan.ts';
import { type Prices, readPrices } from './estimate/prices.ts';
import { refreshSpotPrices } from './estimate/spot-prices.ts';
import { readTaskTimes } from './estimate/task-times.ts';

export interface EstimateFlags {
  readonly fleet?: string;
  readonly prices?: string;
  readonly refreshPrices?: true;
}

export interface EstimateOptions {
  readonly fleet: Fleet;
  readonly prices: Prices;
}

export const addEstimateFlags = (command: Command): Command =>
  command
    .option(
      '--fleet <machines>',
      'machines that each service may have, for example 20, or stitching=40,downsampling=4 (default: 8)',
    )
    .option('--prices <file>', 'JSON file of prices (default: the one that comes with the program)')
    .option('--refresh-prices', "ask EC2 for today's spot prices; needs AWS credentials");

/** Refused before anything is read of the acquisition. */
export async function readEstimateOptions(flags: EstimateFlags): Promise<EstimateOptions> {
  const services = [...new Set(pipeline.steps.map(({ service }) => service))];
  const fleet = readFleet(flags.fleet, services);
  const prices = await readPrices(flags.prices);
  return { fleet, prices: flags.refreshPrices ? await refreshSpotPrices(prices) : prices };
}

/** Reads names and headers of the planes; `workers` of this machine. */
export async function estimateFor(
  job: NewJob,
  source: ObjectStore,
  { fleet, prices }: EstimateOptions,
  workers: number,
): Promise<Estimate> {
  const [plan, times] = [await planFromSource(pipeline, job, source), await readTaskTimes()];
  return estimateJob({ plan, times, prices, fleet, workers, nowMilliseconds: Date.now() });
}
