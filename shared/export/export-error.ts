import { PermanentError } from '../engine/errors.ts';

/** The volume has not what was asked for, or the format cannot hold it; the text says which, and what to do. */
export class ExportError extends PermanentError {
  override readonly name = 'ExportError';
}
