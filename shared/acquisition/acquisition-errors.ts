/** What can be wrong with raw data: an acquisition that cannot be used at all, or one of its planes. */
import { PermanentError } from '../engine/errors.ts';

export type AcquisitionErrorKind =
  | 'not-colm'
  | 'missing-file'
  | 'empty-file'
  | 'missing-key'
  | 'bad-value'
  /** `Scanned Cells.txt` and `Experiment.ini` disagree about the grid. */
  | 'shape'
  | 'no-planes'
  | 'missing-channel'
  /** Gaps, where none are allowed (`--strict`). */
  | 'gaps';

export class AcquisitionError extends PermanentError {
  override readonly name = 'AcquisitionError';
  readonly kind: AcquisitionErrorKind;
  readonly file: string;
  constructor(kind: AcquisitionErrorKind, file: string, problem: string, advice: string) {
    super(`${file}: ${problem}. ${advice}`);
    this.kind = kind;
    this.file = file;
  }
}

/** A plane that is there but cannot be read: whoever needs it may go on without it. */
export class DamagedPlaneError extends PermanentError {
  override readonly name = 'DamagedPlaneError';
  readonly key: string;
  readonly reason: string;
  constructor(key: string, reason: string, cause?: unknown) {
    super(`${key}: ${reason}. Copy the plane again, or run without --strict to leave it out.`);
    this.key = key;
    this.reason = reason;
    if (cause !== undefined) this.cause = cause;
  }
}
