/**
 * `npm run bench -- simulation`: 10 TB in a million tasks on 1 to 500 workers that boot, scale and die, with the real engine
 * on a clock that jumps. Writes a plot of backlog and workers. `simulation:whole` runs the tasks as they are planned.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { readPrices } from '../cli/estimate/prices.ts';
import { readTaskTimes } from '../cli/estimate/task-times.ts';
import { peakRssMiB } from '../cli/machine.ts';
import { tableLines } from '../cli/table-lines.ts';
import { figuresOf, type StepFigure, stepFigures, storeFigure } from './simulation/figures.ts';
import { largeBrain, TEN_TERABYTES } from './simulation/large-brain.ts';
import { plotSvg } from './simulation/plot.ts';
import { simulate } from './simulation/simulate.ts';

/** Cuts of each task, of which 10 TB have 67,000: a million of them. */
const CUTS = 15;
const MOST_WORKERS = 500;
const MEAN_LIFE_SECONDS = 2 * 3600;
const SEED = 14;
const FOLDER = 'bench-output';

export const benches = [{ name: 'simulation', run: benchSimulation }];

async function benchSimulation(print: (text: string) => void, parts: readonly string[]): Promise<void> {
  const isWhole = parts.includes('whole');
  const [prices, times] = [await readPrices(), await readTaskTimes()];
  const before = process.cpuUsage();
  const result = await simulate({
    acquisition: largeBrain(TEN_TERABYTES),
    measured: times.plain,
    cuts: isWhole ? 1 : CUTS,
    mostWorkers: MOST_WORKERS,
    meanLifeSeconds: MEAN_LIFE_SECONDS,
    seed: SEED,
  });
  const { user, system } = process.cpuUsage(before);
  for (const text of stepLines(stepFigures(result))) print(`  ${text}`);
  const figures = [...figuresOf(result, prices), storeFigure(result, times.plain, prices)];
  const rows = figures.map(({ what, value, bound = '', isKept }) => [
    what,
    value,
    bound,
    isKept ? '' : 'NOT KEPT',
  ]);
  for (const text of tableLines(
    [['figure', 'value', 'bound', ''], ...rows],
    ['left', 'right', 'left', 'left'],
  ))
    print(`  ${text}`);
  print(
    `  seed ${SEED}; took ${((user + system) / 1e6).toFixed(0)} CPU s and ${peakRssMiB()} MiB (bound 2048)`,
  );
  mkdirSync(FOLDER, { recursive: true });
  const path = `${FOLDER}/simulation${isWhole ? '-whole' : ''}.svg`;
  writeFileSync(path, plotSvg(result.samples, 'Backlog and workers, 10 TB, simulated'));
  print(`  plot: ${path}`);
  if (figures.some(({ isKept }) => !isKept)) process.exitCode = 1;
}

const stepLines = (steps: readonly StepFigure[]): string[] =>
  tableLines(
    [
      ['step', 'tasks', 'work, s', 'longest, s', 'span, s', 'workers', 'least, s'],
      ...steps.map((one) => [
        one.step,
        one.tasks.toLocaleString('en-US'),
        ...[one.seconds, one.longestSeconds, one.spanSeconds, one.workers, one.leastSeconds].map((value) =>
          value.toFixed(1),
        ),
      ]),
    ],
    ['left', ...Array<'right'>(6).fill('right')],
  );
