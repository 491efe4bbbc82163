/** What the infrastructure needs to know of the pipeline: its services, and what their tasks ask of a machine. */
import type { AnyStep, Needs, Pipeline, StepFile } from '../shared/engine/step.ts';
import { stepId } from '../shared/engine/step.ts';
import { servicesBefore } from '../shared/hosts/scaling.ts';
import { type JobFiles, referenceJobs } from './reference-job.ts';

export interface ServiceStep {
  readonly id: string;
  readonly name: string;
  /** Of the largest of the reference jobs' tasks. */
  readonly needs: Needs;
}

/** A queue, and the fleet that works on it. */
export interface Service {
  readonly name: string;
  readonly steps: readonly ServiceStep[];
  /** Services whose work brings work to this one. */
  readonly before: readonly string[];
}

/** In the order of the pipeline. */
export function servicesOf<P>(pipeline: Pipeline<P>): readonly Service[] {
  const jobs = referenceJobs();
  const parameters = pipeline.parameters.parse({});
  const names = [...new Set(pipeline.steps.map(({ service }) => service))];
  const placed = pipeline.steps.map((step) => ({ ...step, id: stepId(step) }));
  return names.map((name) => ({
    name,
    before: servicesBefore(placed, name),
    steps: pipeline.steps
      .filter(({ service }) => service === name)
      .map((step) => ({ id: stepId(step), name: step.name, needs: needsOf(step, parameters, jobs) })),
  }));
}

/** A step that reads files which only a job can make says nothing beforehand: a machine of middle size. */
const UNKNOWN: Needs = { memoryMiB: 2048, threads: 1, seconds: 60 };

function needsOf<P>(step: AnyStep<P>, parameters: P, jobs: readonly JobFiles[]): Needs {
  const reads = Object.entries(step.reads as Readonly<Record<string, StepFile<unknown>>>);
  const isKnown = reads.every(([, file]) => file.isOptional || jobs.every((job) => job.has(file.key)));
  if (!isKnown) return UNKNOWN;
  const all = jobs.map((job) => {
    const files = reads.map(([name, { key }]) => [name, job.get(key)] as const);
    return step.needs({ ...Object.fromEntries(files), parameters });
  });
  const most = (of: (needs: Needs) => number) => Math.max(...all.map(of));
  return {
    memoryMiB: most(({ memoryMiB }) => memoryMiB),
    threads: most(({ threads }) => threads),
    seconds: most(({ seconds }) => seconds),
  };
}

export const longestSeconds = ({ steps }: Service): number =>
  Math.max(1, ...steps.map(({ needs }) => needs.seconds));
