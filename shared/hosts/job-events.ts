/** Tells what becomes of jobs, as one event a line: dashboards count by it, alarms wake people by it. */
import type { Engine } from '../engine/engine.ts';
import type { StepAt, StepId } from '../engine/records.ts';

export type JobEvent =
  | {
      readonly event: 'planned';
      readonly job: string;
      readonly step: StepId;
      readonly pass: number;
      readonly tasks: number;
    }
  /** `step-incomplete`: done with accepted gaps. */
  | {
      readonly event: 'step-done' | 'step-failed' | 'step-incomplete';
      readonly job: string;
      readonly step: StepAt;
    };

/** The same engine, which tells. An event is told again where its message is handled again. */
export function tellJobEvents(engine: Engine, tell: (event: JobEvent) => void): Engine {
  const { table } = engine;
  return {
    ...engine,
    table: {
      ...table,
      async setExpanded(ref) {
        const record = await table.setExpanded(ref);
        const { jobId: job, step, pass } = ref;
        if ('count' in record) tell({ event: 'planned', job, step, pass, tasks: record.count });
        return record;
      },
      async stepDone(job, step) {
        const record = await table.stepDone(job, step);
        tell({ event: 'step-done', job, step });
        return record;
      },
      async stepIncomplete(job, step) {
        const record = await table.stepIncomplete(job, step);
        tell({ event: 'step-incomplete', job, step });
        return record;
      },
      async stepFailed(job, step) {
        const record = await table.stepFailed(job, step);
        if (record.failedSteps.has(step)) tell({ event: 'step-failed', job, step });
        return record;
      },
    },
  };
}
