/** What tasks ask of the machine, by step. */
import { type InputsCache, loadStep } from '../engine/loaded-step.ts';
import type { ObjectStore } from '../engine/ports.ts';
import { currentStep } from '../engine/ready.ts';
import type { JobRecord, StepId } from '../engine/records.ts';
import type { Needs, Pipeline } from '../engine/step.ts';

/** Undefined where the step's files cannot be read: its plan fails then and says why, and its tasks never come. */
export type ReadNeeds = (job: JobRecord, step: StepId) => Promise<Needs | undefined>;

/** Of the steps that were asked for last: a consumer lives for weeks. */
const KNOWN_STEPS = 1000;

/** Reads once for each generation of a job's step. */
export function needsReader<P>(
  pipeline: Pipeline<P>,
  openOutput: (job: JobRecord) => Promise<ObjectStore>,
  cache: InputsCache<P>,
): ReadNeeds {
  const known = new Map<string, Needs>();
  return async (job, id) => {
    const key = `${job.jobId}/${currentStep(job, id)}`;
    if (!known.has(key)) {
      const ref = { step: id, generation: job.generations[id] ?? 0 };
      const loading = loadStep(pipeline, job, ref, await openOutput(job), cache);
      // Told by the plan, which reads the same files and counts its attempts.
      const loaded = await loading.catch(() => undefined);
      if (loaded !== undefined) known.set(key, loaded.step.needs(loaded.inputs));
      for (const oldest of known.keys()) if (known.size > KNOWN_STEPS) known.delete(oldest);
    }
    return known.get(key);
  };
}
