/** Errors by the way to recover. Other areas have their own file of error classes. */

/** The same input will fail again: the engine counts it as the last attempt at once. */
export class PermanentError extends Error {
  override readonly name: string = 'PermanentError';
  readonly permanent = true;
}

/** A file that a step reads is absent or not what its schema says. */
export class StepInputError extends PermanentError {
  override readonly name = 'StepInputError';
  readonly key: string;
  readonly problem: string;
  constructor(key: string, problem: string) {
    super(`${key}: ${problem}. The step that writes it must run again: use --redo with its name.`);
    this.key = key;
    this.problem = problem;
  }
}

/** The task was stopped, not wrong: its consumer leaves, its lease is lost, or its job moved on. No attempt. */
export class TaskAborted extends Error {
  override readonly name = 'TaskAborted';
}

export const isPermanent = (error: unknown): boolean =>
  error instanceof Error && (error as { permanent?: unknown }).permanent === true;

/** What it needs was out of reach for a while: a store that throttles, a network that is down. */
export const isTransient = (error: unknown): boolean =>
  error instanceof Error && (error as { transient?: unknown }).transient === true;

/** A command that was refused before it wrote anything; the message says what to do instead. */
export class CommandRefused extends Error {
  override readonly name = 'CommandRefused';
}
