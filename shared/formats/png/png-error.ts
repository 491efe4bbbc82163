/** What can be wrong with a PNG file: the text says which, and what was expected. */
import { PermanentError } from '../../engine/errors.ts';

export class PngError extends PermanentError {
  override readonly name = 'PngError';
  readonly file: string;
  constructor(file: string, reason: string, cause?: unknown) {
    super(`${file}: ${reason}`);
    this.file = file;
    if (cause !== undefined) this.cause = cause;
  }
}
