import { PermanentError } from '../../../shared/engine/errors.ts';

/** An input that cannot be made into the volume that was asked for: what was found, and what to do. */
export class ConversionError extends PermanentError {
  override readonly name = 'ConversionError';
  constructor(problem: string, remedy: string) {
    super(`${problem}. ${remedy}`);
  }
}
