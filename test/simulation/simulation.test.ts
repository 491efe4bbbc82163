import { beforeAll, expect, it, vi } from 'vitest';
import { figuresOf, leastSeconds, notEndedOnce } from '../../bench/simulation/figures.ts';
import { largeBrain } from '../../bench/simulation/large-brain.ts';
import { plotSvg } from '../../bench/simulation/plot.ts';
import { type SimulationResult, simulate } from '../../bench/simulation/simulate.ts';
import { readPrices } from '../../cli/estimate/prices.ts';
import { type Measurement, readTaskTimes } from '../../cli/estimate/task-times.ts';
import type { Acquisition } from '../../shared/acquisition/acquisition.ts';
import { runsAll } from '../long.ts';

vi.setConfig({ testTimeout: 120_000 });

const SMALL = { rows: 4, columns: 4, planes: 1200 };
const MEDIUM = { rows: 6, columns: 6, planes: 1200 };
/** Tasks of a minute or two, whose leases must be renewed. */
const SLOWER = 40;

const slow = ({ steps, ...rest }: Measurement): Measurement => ({
  ...rest,
  steps: Object.fromEntries(
    Object.entries(steps).map(([step, times]) => [step, { ...times, cpuSeconds: SLOWER * times.cpuSeconds }]),
  ),
});

const simulated = async (acquisition: Acquisition, measured: Measurement, seed: number) =>
  simulate({ acquisition, measured, cuts: 1, mostWorkers: 20, meanLifeSeconds: 3600, seed });

const small = async () => simulated(largeBrain(SMALL), slow((await readTaskTimes()).plain), 1);
let one: SimulationResult;
beforeAll(async () => {
  one = await small();
}, 120_000);

async function expectBoundsKept(result: SimulationResult): Promise<void> {
  expect(notEndedOnce(result)).toBe(0);
  expect(result.seconds).toBeLessThanOrEqual(1.3 * leastSeconds(result));
  const broken = figuresOf(result, await readPrices()).filter(({ isKept }) => !isKept);
  expect(broken).toEqual([]);
}

it.each(runsAll ? [1, 2] : [1])(
  'a job with tasks as measured ends once, and in time: seed %i',
  async (seed) => {
    const result = await simulated(largeBrain(MEDIUM), (await readTaskTimes()).plain, seed);
    const tasks = [...result.tallies.values()].reduce((sum, { ended }) => sum + ended, 0);
    expect(tasks).toBeGreaterThan(1000);
    expect(result.deaths).toBeGreaterThan(0);
    await expectBoundsKept(result);
  },
);

it('a job with tasks of minutes, on workers that die, ends once, and in time', async () => {
  expect(one.deaths).toBeGreaterThan(5);
  expect(one.meter.heartbeats).toBeGreaterThan(0);
  await expectBoundsKept(one);
});

it('the same seed is the same job, and is drawn', async () => {
  const two = await small();
  expect(two.seconds).toBe(one.seconds);
  expect(two.meter).toEqual(one.meter);
  const svg = plotSvg(two.samples, 'small');
  expect(svg).toMatch(/^<svg .*polyline/s);
  expect(svg).not.toContain('NaN');
});
