/** Runs a step's tasks in this thread, in any order, as a host would in its workers. */

import type { JobParameters } from '../../services/parameters.ts';
import { jobParameters } from '../../services/parameters.ts';
import { writeFile } from '../../shared/engine/files.ts';
import type { ObjectStore } from '../../shared/engine/ports.ts';
import type { AnyStep, StepFile } from '../../shared/engine/step.ts';

export interface StepRunOptions {
  readonly store: ObjectStore;
  readonly source: ObjectStore;
  readonly files: readonly (readonly [StepFile<unknown>, unknown])[];
  readonly parameters?: Partial<JobParameters>;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly countRead?: (bytes: number) => void;
}

/** Returns the number of tasks that ran. */
export async function runStep(step: AnyStep<JobParameters>, options: StepRunOptions): Promise<number> {
  const { store, source, countRead = () => {} } = options;
  for (const [file, value] of options.files) await writeFile(store, file, value);
  const inputs = { ...options.inputs, parameters: jobParameters.parse(options.parameters ?? {}) };
  const passes = step.passes?.(inputs) ?? 1;
  let ran = 0;
  for (let pass = 0; pass < passes; pass++) {
    const plan = step.plan(inputs, pass);
    // Last first: no task may lean on another of its pass.
    for (let index = plan.count - 1; index >= 0; index--) {
      await step.run(plan.task(index), { inputs, store, source, countRead });
      ran += 1;
    }
  }
  return ran;
}
