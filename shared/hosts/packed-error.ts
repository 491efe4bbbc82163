/** Errors on their way between threads: structured cloning keeps a message and a stack, and drops every other field. */
import { isPermanent, isTransient } from '../engine/errors.ts';

export interface PackedError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  readonly permanent: boolean;
  readonly transient: boolean;
}

export function packError(error: unknown): PackedError {
  if (!(error instanceof Error))
    return { name: 'Error', message: String(error), stack: undefined, permanent: false, transient: false };
  const { name, message, stack } = error;
  return { name, message, stack, permanent: isPermanent(error), transient: isTransient(error) };
}

export function unpackError({ name, message, stack, permanent, transient }: PackedError): Error {
  const error = new Error(message);
  error.name = name;
  if (stack !== undefined) error.stack = stack;
  return Object.assign(error, permanent ? { permanent } : {}, transient ? { transient } : {});
}
