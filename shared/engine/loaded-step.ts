/** A step with its inputs read: what plans and tasks start from. */
import { z } from 'zod';
import { PermanentError } from './errors.ts';
import { readInputs } from './files.ts';
import type { ObjectStore } from './ports.ts';
import type { JobRecord, RunRef } from './records.ts';
import { type AnyStep, type Inputs, type Pipeline, type Plan, type Step, stepId } from './step.ts';

export interface LoadedStep<Parameters> {
  readonly step: Step<Parameters>;
  readonly inputs: Inputs<Parameters, Step<Parameters>['reads']>;
  readonly passes: number;
  /** Made once per pass. */
  plan(pass: number): Plan<unknown>;
}

/**
 * Inputs by job, step and generation: within a generation the files a step reads do not change. It holds the latest few
 * only: a consumer lives for weeks, and inputs may be large.
 */
export type InputsCache<Parameters = unknown> = Map<string, Promise<LoadedStep<Parameters>>>;

export const makeInputsCache = <Parameters>(): InputsCache<Parameters> => new Map();

const CACHED_STEPS = 8;

export function loadStep<Parameters>(
  pipeline: Pipeline<Parameters>,
  job: JobRecord,
  { step, generation }: Pick<RunRef, 'step' | 'generation'>,
  store: ObjectStore,
  cache: InputsCache<Parameters>,
): Promise<LoadedStep<Parameters>> {
  // Its parameters may still change.
  if (job.waiting !== undefined) return readStep(pipeline, job, step, store);
  const key = `${job.jobId}/${step}@${generation}`;
  const cached = cache.get(key);
  if (cached) return cached;
  const loading = readStep(pipeline, job, step, store);
  cache.set(key, loading);
  for (const oldest of cache.keys()) if (cache.size > CACHED_STEPS) cache.delete(oldest);
  // A store that failed once may answer the next time.
  loading.catch(() => cache.delete(key));
  return loading;
}

async function readStep<Parameters>(
  pipeline: Pipeline<Parameters>,
  job: JobRecord,
  id: string,
  store: ObjectStore,
): Promise<LoadedStep<Parameters>> {
  const step = findStep(pipeline, id);
  const inputs = await readInputs(step, store, parseParameters(pipeline, job));
  const plans = new Map<number, Plan<unknown>>();
  const plan = (pass: number): Plan<unknown> => {
    const made = plans.get(pass) ?? step.plan(inputs, pass);
    plans.set(pass, made);
    return made;
  };
  return { step, inputs, passes: step.passes?.(inputs) ?? 1, plan };
}

export function findStep<Parameters>(pipeline: Pipeline<Parameters>, id: string): AnyStep<Parameters> {
  const step = pipeline.steps.find((candidate) => stepId(candidate) === id);
  if (step) return step;
  throw new PermanentError(
    `pipeline ${pipeline.version} has no step ${id}; it has ${pipeline.steps.map(stepId).join(', ')}`,
  );
}

export function parseParameters<Parameters>(pipeline: Pipeline<Parameters>, job: JobRecord): Parameters {
  const parsed = pipeline.parameters.safeParse(job.parameters);
  if (parsed.success) return parsed.data;
  throw new PermanentError(
    `job ${job.jobId} has parameters that pipeline ${pipeline.version} does not take:\n${z.prettifyError(parsed.error)}`,
  );
}
