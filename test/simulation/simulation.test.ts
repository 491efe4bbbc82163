import { expect, it, vi } from 'vitest';
import { figuresOf, leastSeconds, notEndedOnce } from '../../bench/simulation/figures.ts';
import { largeBrain } from '../../bench/simulation/large-brain.ts';
import { plotSvg } from '../../bench/simulation/plot.ts';
import { simulate } from '../../bench/simulation/simulate.ts';
import { readPrices } from '../../cli/estimate/prices.ts';
import { type Measurement, readTaskTimes } from '../../cli/estimate/task-times.ts';

vi.setConfig({ testTimeout: 120_000 });

const SMALL = { rows: 4, columns: 4, planes: 1200 };
/** Tasks of a minute or two, whose leases must be renewed: beside those of seconds, booting would be all. */
const SLOWER = 40;

const slow = ({ steps, ...rest }: Measurement): Measurement => ({
  ...rest,
  steps: Object.fromEntries(
    Object.entries(steps).map(([step, times]) => [step, { ...times, cpuSeconds: SLOWER * times.cpuSeconds }]),
  ),
});

const small = async (seed: number) =>
  simulate({
    acquisition: largeBrain(SMALL),
    measured: slow((await readTaskTimes()).plain),
    cuts: 1,
    mostWorkers: 20,
    meanLifeSeconds: 3600,
    seed,
  });

it.each([1, 2])('a job on workers that boot and die ends once, and in time: seed %i', async (seed) => {
  const result = await small(seed);
  const tasks = [...result.tallies.values()].reduce((sum, { ended }) => sum + ended, 0);
  expect(tasks).toBeGreaterThan(1000);
  expect(result.deaths).toBeGreaterThan(0);
  expect(result.meter.heartbeats).toBeGreaterThan(0);
  expect(notEndedOnce(result)).toBe(0);
  expect(result.seconds).toBeLessThanOrEqual(1.3 * leastSeconds(result));
  const broken = figuresOf(result, await readPrices()).filter(({ isKept }) => !isKept);
  expect(broken).toEqual([]);
});

it('the same seed is the same job, and is drawn', async () => {
  const [one, two] = [await small(4), await small(4)];
  expect(two.seconds).toBe(one.seconds);
  expect(two.meter.writeUnits).toBe(one.meter.writeUnits);
  const svg = plotSvg(two.samples, 'small');
  expect(svg).toMatch(/^<svg .*polyline/s);
  expect(svg).not.toContain('NaN');
});
