import type { Planner } from './engine.ts';
import { PermanentError } from './errors.ts';
import { type InputsCache, loadStep, makeInputsCache } from './loaded-step.ts';
import type { ObjectStore } from './ports.ts';
import type { JobRecord, RunShape } from './records.ts';
import type { Pipeline } from './step.ts';

/** Plans from a step's inputs, which are read from the job's output store and kept per job, step and generation. */
export function makePlanner<Parameters>(
  pipeline: Pipeline<Parameters>,
  openOutput: (job: JobRecord) => Promise<ObjectStore>,
  cache: InputsCache<Parameters> = makeInputsCache(),
): Planner {
  return {
    plan: async (job, step, pass) => {
      const store = await openOutput(job);
      const generation = job.generations[step] ?? 0;
      const loaded = await loadStep(pipeline, job, { step, generation }, store, cache);
      return checkShape(step, pass, { count: loaded.plan(pass).count, passes: loaded.passes });
    },
  };
}

function checkShape(step: string, pass: number, shape: RunShape): RunShape {
  const { count, passes } = shape;
  if (!Number.isSafeInteger(count) || count < 0) {
    throw new PermanentError(`${step}, pass ${pass}: its plan says ${count} tasks; expected a whole number`);
  }
  if (!Number.isSafeInteger(passes) || passes < 1) {
    throw new PermanentError(`${step}: it says ${passes} passes; expected 1 or more`);
  }
  return shape;
}
