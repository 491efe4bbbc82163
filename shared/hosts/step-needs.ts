/** What tasks ask of the machine, by step. */
import { type InputsCache, loadStep } from '../engine/loaded-step.ts';
import type { ObjectStore } from '../engine/ports.ts';
import { currentStep } from '../engine/ready.ts';
import type { JobRecord, StepAt, StepId } from '../engine/records.ts';
import type { Pipeline } from '../engine/step.ts';
import type { Ask } from './admission.ts';

/** Undefined where the step's files cannot be read: its plan fails then and says why, and its tasks never come. */
export type ReadNeeds = (job: JobRecord, step: StepId) => Promise<Ask | undefined>;

/** Reads once for each generation of a step. */
export function needsReader<P>(
  pipeline: Pipeline<P>,
  openOutput: (job: JobRecord) => Promise<ObjectStore>,
  cache: InputsCache<P>,
): ReadNeeds {
  const known = new Map<StepAt, Ask>();
  return async (job, id) => {
    const key = currentStep(job, id);
    if (!known.has(key)) {
      const ref = { step: id, generation: job.generations[id] ?? 0 };
      const loading = loadStep(pipeline, job, ref, await openOutput(job), cache);
      // Told by the plan, which reads the same files and counts its attempts.
      const loaded = await loading.catch(() => undefined);
      if (loaded !== undefined) known.set(key, loaded.step.needs(loaded.inputs));
    }
    return known.get(key);
  };
}
