/** The same engine, which writes down what each of its tasks took and moved. */
import type { FigureWriter } from '../adapters/local/figure-table.ts';
import type { Engine } from '../engine/engine.ts';

export function recordFigures(engine: Engine, figures: FigureWriter): Engine {
  const { runner, clock } = engine;
  return {
    ...engine,
    runner: {
      async run(job, task, signal) {
        const beganAt = clock.now();
        const report = await runner.run(job, task, signal);
        const { bytesRead, bytesWritten, voxels = 0 } = report;
        await figures.add(task, { beganAt, endedAt: clock.now(), voxels, bytesRead, bytesWritten });
        return report;
      },
    },
  };
}
