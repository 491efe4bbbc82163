/** What this process does while it works on a job: what runs, since when, and what it moved. */
import type { Engine, TaskReport } from '../engine/engine.ts';
import type { StepId } from '../engine/records.ts';

export interface StepActivity {
  readonly running: number;
  /** Milliseconds since 1970; undefined where this process did not see it. */
  readonly startedAt: number | undefined;
  readonly doneAt: number | undefined;
}

export interface Activity {
  of(step: StepId): StepActivity;
  /** Tasks that ran to their end in this process. */
  ran(): number;
  bytesRead(): number;
  bytesWritten(): number;
}

type Watched = Pick<Engine, 'planner' | 'runner' | 'table' | 'clock'>;

/** The same engine parts, with an eye on them. */
export function watchActivity<E extends Watched>(
  engine: E,
): { readonly engine: E; readonly activity: Activity } {
  const { planner, runner, table, clock } = engine;
  const steps = new Map<StepId, { running: number; startedAt?: number; doneAt?: number }>();
  const moved = { ran: 0, bytesRead: 0, bytesWritten: 0 };
  const stepOf = (step: StepId) => {
    const known = steps.get(step) ?? { running: 0 };
    steps.set(step, known);
    return known;
  };
  const startOf = (step: StepId) => {
    const known = stepOf(step);
    known.startedAt ??= clock.now();
    return known;
  };
  const count = ({ bytesRead, bytesWritten }: TaskReport) => {
    moved.ran += 1;
    moved.bytesRead += bytesRead;
    moved.bytesWritten += bytesWritten;
  };

  const watched: Watched = {
    clock,
    planner: {
      plan: (job, step, pass) => {
        startOf(step);
        return planner.plan(job, step, pass);
      },
    },
    runner: {
      async run(job, task, signal) {
        const step = startOf(task.step);
        step.running += 1;
        try {
          const report = await runner.run(job, task, signal);
          count(report);
          return report;
        } finally {
          step.running -= 1;
        }
      },
    },
    table: {
      ...table,
      stepDone: async (jobId, step) => {
        const job = await table.stepDone(jobId, step);
        stepOf(step.slice(0, step.lastIndexOf('@'))).doneAt = clock.now();
        return job;
      },
    },
  };
  const activity: Activity = {
    of: (step) => {
      const { running = 0, startedAt, doneAt } = steps.get(step) ?? {};
      return { running, startedAt, doneAt };
    },
    ran: () => moved.ran,
    bytesRead: () => moved.bytesRead,
    bytesWritten: () => moved.bytesWritten,
  };
  return { engine: { ...engine, ...watched }, activity };
}
