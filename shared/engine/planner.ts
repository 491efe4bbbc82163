import type { Planner } from './engine.ts';
import { PermanentError } from './errors.ts';
import { findStep, type InputsCache, loadStep, makeInputsCache, parseParameters } from './loaded-step.ts';
import type { ObjectStore } from './ports.ts';
import type { JobRecord, RunShape } from './records.ts';
import type { Pipeline } from './step.ts';

/**
 * Plans from a step's inputs, which are read from the job's output store and kept per job, step and generation.
 * Without `openSource` it cannot tell whether an input is complete: jobs that wait go on waiting.
 */
export function makePlanner<Parameters>(
  pipeline: Pipeline<Parameters>,
  openOutput: (job: JobRecord) => Promise<ObjectStore>,
  cache: InputsCache<Parameters> = makeInputsCache(),
  openSource?: (job: JobRecord) => Promise<ObjectStore>,
): Planner {
  return {
    ...(openSource === undefined ? {} : { ready: readinessOf(pipeline, openSource) }),
    plan: async (job, step, pass) => {
      const store = await openOutput(job);
      const generation = job.generations[step] ?? 0;
      const loaded = await loadStep(pipeline, job, { step, generation }, store, cache);
      return checkShape(step, pass, { count: loaded.plan(pass).count, passes: loaded.passes });
    },
  };
}

const readinessOf =
  <Parameters>(
    pipeline: Pipeline<Parameters>,
    openSource: (job: JobRecord) => Promise<ObjectStore>,
  ): NonNullable<Planner['ready']> =>
  async (job, id) => {
    const step = findStep(pipeline, id);
    if (step.ready === undefined) return undefined;
    return step.ready({
      job,
      parameters: parseParameters(pipeline, job),
      source: await openSource(job),
    });
  };

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
