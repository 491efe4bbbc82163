/** Runs steps one after the other as a job does: each reads what those before it wrote. */
import { type JobParameters, jobParameters } from '../../services/parameters.ts';
import { readInputs } from '../../shared/engine/files.ts';
import type { ObjectStore } from '../../shared/engine/ports.ts';
import type { AnyStep } from '../../shared/engine/step.ts';
import { runStep } from './run-step.ts';

interface Job {
  readonly source: ObjectStore;
  readonly store: ObjectStore;
  readonly parameters?: Partial<JobParameters>;
}

export async function runSteps(
  steps: readonly AnyStep<JobParameters>[],
  { source, store, parameters = {} }: Job,
): Promise<void> {
  for (const step of steps) {
    const inputs = await readInputs(step, store, jobParameters.parse(parameters));
    await runStep(step, { source, store, files: [], inputs, parameters });
  }
}
