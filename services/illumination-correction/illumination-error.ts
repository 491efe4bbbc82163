/** An illumination that was asked for and cannot be had: of these voxels, or by this file. */
import { PermanentError } from '../../shared/engine/errors.ts';

export class IlluminationError extends PermanentError {
  override readonly name = 'IlluminationError';
  constructor(problem: string, advice: string, cause?: unknown) {
    super(`${problem}. ${advice}`);
    if (cause !== undefined) this.cause = cause;
  }
}
