/**
 * The state of a job, as records that only ever grow within a generation (PROTOCOL section 1).
 *
 *   job -> step run (one per step, generation and pass) -> [block ->] group of 256 tasks -> task
 *
 * A parent holds the numbers of its children in three sets; a child is in at most one of them.
 */

import { BLOCK_SIZE, GROUP_SIZE, MAX_CHILDREN } from './sizes.ts';

export { BLOCK_SIZE, GROUP_SIZE } from './sizes.ts';

/** `service.step`, for example `stitching.fuse`. */
export type StepId = string;

/** `step@generation`, the form in which the job's sets hold a step. */
export type StepAt = string;

export const stepAt = (step: StepId, generation: number): StepAt => `${step}@${generation}`;

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

/**
 * A job that waits for its input to be complete (an upload that goes on): until then nothing of it is planned, and its
 * parameters and output may still change.
 */
export interface Waiting {
  /** How long at most, from its start or from the command that went on with it. */
  readonly maxSeconds: number;
  /** Given up then; milliseconds since 1970. No two waitings of a job have the same: it tells which one was seen. */
  readonly until: number;
  /** How often the input was looked at. */
  readonly looks: number;
  /** What is there and what is missing, in words; empty before the first look. */
  readonly progress: string;
  readonly gaveUp: boolean;
}

/** `waiting` absent: it waits no more. */
export interface WaitingChange {
  readonly waiting?: Waiting;
  readonly parameters?: JsonObject;
  readonly output?: string;
}

/** What a job is made from; its identity is a hash over all of it but `build`, `createdAt` and `waiting`. */
export interface NewJob {
  readonly jobId: string;
  /** URL of the acquisition (or of the volume, for jobs that start from one). */
  readonly input: string;
  /** URL of the output folder. */
  readonly output: string;
  readonly parameters: JsonObject;
  readonly pipelineVersion: string;
  /** The program's version and commit, for the record only. */
  readonly build: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  /** The steps this job has, each at generation 0. */
  readonly steps: readonly StepId[];
  /** Absent: its input is complete. */
  readonly waiting?: Waiting;
}

export interface JobRecord extends Omit<NewJob, 'steps'> {
  readonly cancelled: boolean;
  /** No plan is handled before this time (ms): older tasks may still be writing (PROTOCOL section 3, redo). */
  readonly quietUntil: number;
  /** The current generation of every step of the job; its keys are the job's steps. */
  readonly generations: Readonly<Record<StepId, number>>;
  readonly doneSteps: ReadonlySet<StepAt>;
  readonly failedSteps: ReadonlySet<StepAt>;
  /** Steps that are done with accepted gaps. */
  readonly incompleteSteps: ReadonlySet<StepAt>;
}

/** Names one pass of one generation of a step. */
export interface RunRef {
  readonly jobId: string;
  readonly step: StepId;
  readonly generation: number;
  readonly pass: number;
}

/** A block is up to 256 consecutive groups of a step run that has more groups than one item should hold. */
export interface BlockRef extends RunRef {
  readonly block: number;
}

/** A group is up to 256 consecutive tasks. */
export interface GroupRef extends RunRef {
  readonly group: number;
}

export type ParentRef = RunRef | BlockRef;

/** Children in three disjoint sets. Only `done` (and `accepted`) ever start anything. */
export interface ChildSets {
  readonly done: ReadonlySet<number>;
  readonly failed: ReadonlySet<number>;
  readonly accepted: ReadonlySet<number>;
}

export interface RunShape {
  /** Number of tasks. */
  readonly count: number;
  /** Number of passes of the step in this generation. */
  readonly passes: number;
}

/** A step run. Its children are blocks when there are more than `MAX_CHILDREN` groups, else groups. */
export interface RunRecord extends RunShape, ChildSets {
  readonly expanded: boolean;
}

/** Its children are groups, by their number in the step run. */
export interface BlockRecord extends ChildSets {
  /** Number of groups in it. */
  readonly size: number;
  readonly expanded: boolean;
}

export type ParentRecord = RunRecord | BlockRecord;

/** Its children are tasks, by their slot (0..255) in the group. */
export interface GroupRecord extends ChildSets {
  readonly size: number;
  readonly sent: boolean;
}

/** What failed: a task by its index in the step run, the plan, the expansion of a block or of a group. */
export type Subject = number | 'plan' | `expand-block-${number}` | `expand-${number}`;

export interface TaskError {
  readonly message: string;
  readonly stack?: string;
  /** Which machine and process saw it. */
  readonly worker: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

export interface FailureRecord {
  readonly subject: Subject;
  readonly attempts: number;
  readonly lastError: TaskError;
}

export const groupsOf = (count: number): number => Math.ceil(count / GROUP_SIZE);
/** Number of blocks of a step run with `count` tasks; 0 where its groups hang directly under it. */
export const blocksOf = (count: number): number =>
  groupsOf(count) > MAX_CHILDREN ? Math.ceil(groupsOf(count) / BLOCK_SIZE) : 0;
/** Number of direct children of a step run. */
export const childrenOf = (count: number): number => blocksOf(count) || groupsOf(count);
/** Number of tasks of a group. */
export const groupSize = (count: number, group: number): number =>
  Math.min(GROUP_SIZE, count - group * GROUP_SIZE);
/** Number of groups of a block. */
export const blockSize = (count: number, block: number): number =>
  Math.min(BLOCK_SIZE, groupsOf(count) - block * BLOCK_SIZE);

/** Without the number of a child: a reference to a child is one to its step run too, but not the same item. */
export const runOf = ({ jobId, step, generation, pass }: RunRef): RunRef => ({
  jobId,
  step,
  generation,
  pass,
});

/** The item whose sets hold this group. */
export const parentOf = (ref: GroupRef, count: number): ParentRef =>
  blocksOf(count) > 0 ? { ...runOf(ref), block: Math.floor(ref.group / BLOCK_SIZE) } : runOf(ref);

/** The group of a task and the task's slot in it. */
export const placeOf = (ref: RunRef, index: number): { readonly group: GroupRef; readonly slot: number } => ({
  group: { ...runOf(ref), group: Math.floor(index / GROUP_SIZE) },
  slot: index % GROUP_SIZE,
});

/** Done for good, whatever happens in this generation. */
export const isFinished = (sets: ChildSets, child: number): boolean =>
  sets.done.has(child) || sets.accepted.has(child);

export const isSettled = (sets: ChildSets, child: number): boolean =>
  isFinished(sets, child) || sets.failed.has(child);
