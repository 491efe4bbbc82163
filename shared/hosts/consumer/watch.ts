/** The same engine, with an eye on what its tasks and plans do. */
import type { Engine } from '../../engine/engine.ts';
import { TaskAborted } from '../../engine/errors.ts';
import type { StepId } from '../../engine/records.ts';
import { median } from '../../numerics/statistics.ts';
import type { About, Log } from './events.ts';
import type { Figures } from './figures.ts';

export interface Durations {
  /** The median of the step's last tasks here; undefined before there are enough. */
  typicalSeconds(step: StepId): number | undefined;
}

const ENOUGH = 3;
const REMEMBERED = 20;

export function watchTasks(
  engine: Engine,
  figures: Figures,
  log: Log,
): { readonly engine: Engine; readonly durations: Durations } {
  const { runner, planner, clock } = engine;
  const durations = lastDurations();
  const watched: Engine = {
    ...engine,
    planner: {
      ...planner,
      async plan(job, step, pass) {
        return planner.plan(job, step, pass).catch((error: unknown) => {
          log({ event: 'failed', job: job.jobId, step, pass, subject: 'plan', ...texts(error) });
          throw error;
        });
      },
    },
    runner: {
      async run(job, task, signal) {
        const startedAt = clock.now();
        const about: About = { job: job.jobId, step: task.step, pass: task.pass, subject: task.index };
        try {
          const report = await runner.run(job, task, signal);
          const seconds = (clock.now() - startedAt) / 1000;
          durations.add(task.step, seconds);
          figures.taskDone(job.jobId, task.step, seconds, report);
          return report;
        } catch (error) {
          if (error instanceof TaskAborted) figures.taskAborted(task.step);
          else {
            figures.taskFailed(job.jobId, task.step);
            log({ event: 'failed', ...about, ...texts(error) });
          }
          throw error;
        }
      },
    },
  };
  return { engine: watched, durations };
}

function texts(error: unknown): { readonly error: string; readonly stack?: string } {
  if (!(error instanceof Error)) return { error: String(error) };
  return { error: error.message, ...(error.stack === undefined ? {} : { stack: error.stack }) };
}

function lastDurations() {
  const seconds = new Map<StepId, number[]>();
  return {
    add(step: StepId, taken: number): void {
      seconds.set(step, [...(seconds.get(step) ?? []), taken].slice(-REMEMBERED));
    },
    typicalSeconds(step: StepId): number | undefined {
      const known = seconds.get(step) ?? [];
      return known.length < ENOUGH ? undefined : median(known);
    },
  };
}
