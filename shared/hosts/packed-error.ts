/** Errors on their way between threads: structured cloning keeps a message and a stack, and drops every other field. */
import { isPermanent } from '../engine/errors.ts';

export interface PackedError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  readonly permanent: boolean;
}

export function packError(error: unknown): PackedError {
  if (!(error instanceof Error))
    return { name: 'Error', message: String(error), stack: undefined, permanent: false };
  return { name: error.name, message: error.message, stack: error.stack, permanent: isPermanent(error) };
}

export function unpackError({ name, message, stack, permanent }: PackedError): Error {
  const error = new Error(message);
  error.name = name;
  if (stack !== undefined) error.stack = stack;
  return permanent ? Object.assign(error, { permanent }) : error;
}
