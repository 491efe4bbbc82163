/** A step of the pipeline is one value: what it reads, its plan, its task. */
import type { ZodType } from 'zod';
import type { ObjectStore } from './ports.ts';
import type { StepId } from './records.ts';

/** A JSON file that one step writes and later ones read. */
export interface StepFile<T> {
  /** In the job's output store. */
  readonly key: string;
  readonly schema: ZodType<T>;
}

/** What one task asks of the machine: admission, instance types and `estimate` follow from it. */
export interface Needs {
  readonly memoryMiB: number;
  readonly threads: number;
  /** Typical, on one core of 2024. */
  readonly seconds: number;
}

/** An indexable list of tasks: a pure function of the inputs, never stored. */
export interface Plan<Spec> {
  readonly count: number;
  task(index: number): Spec;
}

export type Files = Readonly<Record<string, StepFile<unknown>>>;
export type Inputs<Parameters, Reads extends Files> = {
  readonly [Name in keyof Reads]: Reads[Name] extends StepFile<infer T> ? T : never;
} & { readonly parameters: Parameters };

export interface TaskContext<In> {
  readonly inputs: In;
  /** The job's output; every write goes here. */
  readonly store: ObjectStore;
  /** The job's input. */
  readonly source: ObjectStore;
}

/**
 * `run` executes in a thread of its own and is idempotent: the same bytes to the same keys however often it runs.
 * It takes no abort signal: a host that must stop a task ends its thread, and stores never show half an object.
 */
export interface Step<Parameters, Reads extends Files = Files, Spec = unknown> {
  readonly service: string;
  readonly name: string;
  readonly waitsFor: readonly StepId[];
  readonly reads: Reads;
  readonly needs: (inputs: Inputs<Parameters, Reads>) => Needs;
  /** Passes run one after the other; 1 where absent. */
  readonly passes?: (inputs: Inputs<Parameters, Reads>) => number;
  readonly plan: (inputs: Inputs<Parameters, Reads>, pass: number) => Plan<Spec>;
  readonly run: (spec: Spec, context: TaskContext<Inputs<Parameters, Reads>>) => Promise<void>;
}

/** A step whose own types are hidden, as the pipeline's list holds it. */
// biome-ignore lint/suspicious/noExplicitAny: the list is heterogeneous; each step checked its types where it was defined
export type AnyStep<Parameters> = Step<Parameters, any, any>;

/** The one list of steps, with the schema that turns a job's stored parameters into the steps' own type. */
export interface Pipeline<Parameters> {
  readonly version: string;
  readonly parameters: ZodType<Parameters>;
  readonly steps: readonly AnyStep<Parameters>[];
}

export const stepId = (step: { readonly service: string; readonly name: string }): StepId =>
  `${step.service}.${step.name}`;

/** Ties a step's types together: `const defineStep = stepsWith<JobParameters>()`. */
export const stepsWith =
  <Parameters>() =>
  <const Reads extends Files, Spec>(step: Step<Parameters, Reads, Spec>): Step<Parameters, Reads, Spec> =>
    step;
