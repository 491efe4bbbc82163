/** A step of the pipeline is one value: what it reads, its plan, its task. */
import type { ZodType } from 'zod';
import type { ObjectStore } from './ports.ts';
import type { JobRecord, StepId } from './records.ts';

/** A JSON file that one step writes and later ones read. */
export interface StepFile<T> {
  /** In the job's output store. */
  readonly key: string;
  readonly schema: ZodType<T>;
  /** A file that need not be there: undefined stands for it then. */
  readonly isOptional?: true;
}

/** The same file for a step that may run without it. */
export const optionalFile = <T>(file: StepFile<T>): StepFile<T | undefined> => ({
  ...file,
  isOptional: true,
});

/** What one task asks of the machine: admission, instance types and `estimate` follow from it. */
export interface Needs {
  readonly memoryMiB: number;
  /** As many as it can use: a smaller machine gives it those that it has. */
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

/** Whether a job's input is complete; else what is there and what is missing, in words. */
export type Readiness = { readonly ready: true } | { readonly ready: false; readonly progress: string };

/** What a step sees that is asked whether the job's input is complete. */
export interface InputContext<Parameters> {
  readonly job: JobRecord;
  readonly parameters: Parameters;
  /** The job's input. */
  readonly source: ObjectStore;
}

export interface TaskContext<In> {
  readonly inputs: In;
  /** The job's output; every write goes here. */
  readonly store: ObjectStore;
  /** The job's input. */
  readonly source: ObjectStore;
  /** That all tasks of this machine share; 1 where absent. What is written must not depend on it. */
  readonly threads?: number;
  /** To be told of bytes of the input that were read in another way than from `source`. */
  readonly countRead?: (bytes: number) => void;
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
  /** For a job that waits: whether its input is complete. Absent where the step reads nothing of it before others do. */
  readonly ready?: (context: InputContext<Parameters>) => Promise<Readiness>;
  /** Passes run one after the other; 1 where absent. */
  readonly passes?: (inputs: Inputs<Parameters, Reads>) => number;
  readonly plan: (inputs: Inputs<Parameters, Reads>, pass: number) => Plan<Spec>;
  /** Voxels that a task works through, for figures of speed; absent where it is not about voxels. */
  readonly voxels?: (spec: Spec, inputs: Inputs<Parameters, Reads>) => number;
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
