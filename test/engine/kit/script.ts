/** What the steps of a test's job are like, and what goes wrong in them. */
import type { StepId } from '../../../shared/engine/records.ts';

export interface ScriptedStep {
  readonly id: StepId;
  readonly waitsFor?: readonly StepId[];
  /** Tasks of a pass; a list by generation, its last one for all later ones. */
  readonly tasks: number | readonly number[];
  readonly passes?: number;
}

export type Behaviour = 'works' | 'throws' | 'throws for good' | 'kills';

/** `step/pass/index`; also the key of the one file that the task writes. */
export type TaskName = `${StepId}/${number}/${number}`;

/** What a plan or a task does, by how often it was started before in this world. */
export interface Script {
  readonly plan?: (step: StepId, pass: number, earlier: number) => Behaviour;
  readonly task?: (task: TaskName, earlier: number) => Behaviour;
  /** Whether the input of the first step is complete, by how often it was looked at before. */
  readonly ready?: (earlier: number) => Sight;
}

export type Sight = 'complete' | 'not yet' | 'throws' | 'throws for good';

export const countOf = ({ tasks }: ScriptedStep, generation: number): number =>
  typeof tasks === 'number' ? tasks : (tasks[Math.min(generation, tasks.length - 1)] ?? 0);

export const passesOf = ({ passes = 1 }: ScriptedStep): number => passes;
