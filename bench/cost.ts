/** `npm run bench -- cost`: the estimate of an acquisition of 10 TB that is only thought of; docs/cost.md shows it. */
import { estimateJob } from '../cli/estimate/estimate.ts';
import { readFleet } from '../cli/estimate/fleet.ts';
import { readPrices } from '../cli/estimate/prices.ts';
import { readTaskTimes } from '../cli/estimate/task-times.ts';
import { estimateLines } from '../cli/estimate-lines.ts';
import { largeBrain, TEN_TERABYTES } from './simulation/large-brain.ts';
import { planOf } from './simulation/thought-up-job.ts';

const FLEET = '20';
const WORKERS = 8;

export const benches = [{ name: 'cost', run: benchCost }];

async function benchCost(print: (text: string) => void): Promise<void> {
  const plan = await planOf(largeBrain(TEN_TERABYTES));
  const [prices, times] = [await readPrices(), await readTaskTimes()];
  const services = plan.steps.map(({ service }) => service);
  const fleet = readFleet(FLEET, services);
  const estimate = estimateJob({ plan, times, prices, fleet, workers: WORKERS, nowMilliseconds: Date.now() });
  for (const text of estimateLines(estimate)) print(text);
}
