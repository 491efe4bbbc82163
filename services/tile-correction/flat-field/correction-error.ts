/** A background or flat field that was asked for and cannot be used. */
import { PermanentError } from '../../../shared/engine/errors.ts';

export class CorrectionError extends PermanentError {
  override readonly name = 'CorrectionError';
  /** `--flat-field` or `--background`. */
  readonly flag: string;
  constructor(flag: string, problem: string, advice: string, cause?: unknown) {
    super(`${flag}: ${problem}. ${advice}`);
    this.flag = flag;
    if (cause !== undefined) this.cause = cause;
  }
}
