/** The same pipeline with its tasks cut finer: each of a step's many tasks becomes so many of equal share. */
import type { JobParameters } from '../../services/parameters.ts';
import type { AnyStep, Pipeline, Plan } from '../../shared/engine/step.ts';

export const withGrain = (pipeline: Pipeline<JobParameters>, cuts: number): Pipeline<JobParameters> => ({
  ...pipeline,
  steps: pipeline.steps.map((step) => cutStep(step, cuts)),
});

function cutStep(step: AnyStep<JobParameters>, cuts: number): AnyStep<JobParameters> {
  const plan: AnyStep<JobParameters>['plan'] = (inputs, pass) => {
    const whole: Plan<unknown> = step.plan(inputs, pass);
    const isMany = whole.count > 1;
    return isMany
      ? { count: whole.count * cuts, task: (index) => whole.task(Math.floor(index / cuts)) }
      : whole;
  };
  return { ...step, plan };
}

/** Of a task of a step that has `tasks` whole ones. */
export const shareOf = (wholeTasks: number, cuts: number): number => (wholeTasks > 1 ? 1 / cuts : 1);
