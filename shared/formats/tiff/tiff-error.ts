/** What can be wrong with a TIFF file: one class, told apart by `kind`. */
import { PermanentError } from '../../engine/errors.ts';

export type TiffErrorKind =
  | 'missing'
  | 'not-tiff'
  /** The file ends before what its header promises. */
  | 'truncated'
  /** Header or pixels contradict themselves. */
  | 'damaged'
  /** Sound, as far as seen, but of a kind that is not read. */
  | 'unsupported';

export class TiffError extends PermanentError {
  override readonly name = 'TiffError';
  readonly kind: TiffErrorKind;
  /** File or key. */
  readonly file: string;
  /** The message without the file's name. */
  readonly reason: string;
  constructor(kind: TiffErrorKind, file: string, reason: string, cause?: unknown) {
    super(`${file}: ${reason}`);
    this.kind = kind;
    this.file = file;
    this.reason = reason;
    if (cause !== undefined) this.cause = cause;
  }
}
