/** A placement that was given and cannot be used. */
import { PermanentError } from '../../../shared/engine/errors.ts';

export class GivenPlacementError extends PermanentError {
  override readonly name = 'GivenPlacementError';
  readonly file: string;
  constructor(file: string, problem: string, advice: string, cause?: unknown) {
    super(`--placement: ${file}: ${problem}. ${advice}`);
    this.file = file;
    if (cause !== undefined) this.cause = cause;
  }
}
