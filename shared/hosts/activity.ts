/** What this process does while it works on a job: what runs, since when, and what it moved. */
import type { Engine, TaskReport } from '../engine/engine.ts';
import type { Clock } from '../engine/ports.ts';
import type { StepId } from '../engine/records.ts';

interface StepActivity {
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

/** The same engine, with an eye on it. */
export function watchActivity(engine: Engine): { readonly engine: Engine; readonly activity: Activity } {
  const { planner, runner, table } = engine;
  const log = activityLog(engine.clock);
  const watched: Engine = {
    ...engine,
    planner: {
      ...planner,
      plan(job, step, pass) {
        log.planned(step);
        return planner.plan(job, step, pass);
      },
    },
    runner: {
      async run(job, task, signal) {
        log.began(task.step);
        const report = await runner.run(job, task, signal).finally(() => log.ended(task.step));
        log.moved(report);
        return report;
      },
    },
    table: {
      ...table,
      async stepDone(jobId, step) {
        const job = await table.stepDone(jobId, step);
        log.done(step.slice(0, step.lastIndexOf('@')));
        return job;
      },
    },
  };
  return { engine: watched, activity: log.activity };
}

function activityLog(clock: Clock) {
  const steps = new Map<StepId, StepActivity>();
  const sum = { ran: 0, bytesRead: 0, bytesWritten: 0 };
  const of = (step: StepId): StepActivity =>
    steps.get(step) ?? { running: 0, startedAt: undefined, doneAt: undefined };
  /** Notes that the step started, if it had not, and that this many more of its tasks run. */
  const note = (step: StepId, more: number): void => {
    const known = of(step);
    const startedAt = known.startedAt ?? clock.now();
    steps.set(step, { ...known, startedAt, running: known.running + more });
  };
  const activity: Activity = {
    of,
    ran: () => sum.ran,
    bytesRead: () => sum.bytesRead,
    bytesWritten: () => sum.bytesWritten,
  };
  return {
    activity,
    planned: (step: StepId) => note(step, 0),
    began: (step: StepId) => note(step, 1),
    ended: (step: StepId) => note(step, -1),
    done: (step: StepId) => void steps.set(step, { ...of(step), doneAt: clock.now() }),
    moved({ bytesRead, bytesWritten }: TaskReport) {
      sum.ran += 1;
      sum.bytesRead += bytesRead;
      sum.bytesWritten += bytesWritten;
    },
  };
}
