/** What can go wrong with an object store, whatever it is made of: one class, told apart by `kind`. */

export type StoreErrorKind =
  /** No space, or the quota is used up. */
  | 'full'
  | 'denied'
  | 'readonly'
  /** A folder of the path is a file, or the object is a folder. */
  | 'not-a-folder'
  /** The key climbs out, is empty, too long, or cannot be held in this form. */
  | 'bad-key'
  /** No store for this kind of URL, or what holds it lacks what the call needs. */
  | 'unsupported'
  /** There is no such bucket. */
  | 'no-bucket'
  /** The bucket is in another AWS region than the one that is set, or none is set. */
  | 'region'
  /** No credentials, wrong ones, or expired ones: of this machine, so another may do better. */
  | 'credentials'
  /** This machine's clock differs too much from the service's. */
  | 'clock'
  /** Throttled, out of order or not to be reached, in every one of the retries. Says nothing about the task. */
  | 'unavailable'
  /** Any other error of the system: worth another attempt. */
  | 'system';

const WORTH_ANOTHER_ATTEMPT: readonly StoreErrorKind[] = ['system', 'unavailable', 'credentials', 'clock'];

export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly kind: StoreErrorKind;
  /** File, key or URL. */
  readonly path: string;
  /** The same call will fail again until somebody mends the cause (see `isPermanent` of the engine). */
  readonly permanent: boolean;
  /** The store's trouble alone: the same call succeeds once that is over. */
  readonly transient: boolean;

  constructor(kind: StoreErrorKind, path: string, problem: string, advice: string, cause?: unknown) {
    super(`${path}: ${problem}. ${advice}`, { cause });
    this.kind = kind;
    this.path = path;
    this.permanent = !WORTH_ANOTHER_ATTEMPT.includes(kind);
    this.transient = kind === 'unavailable';
  }
}

interface SystemError extends Error {
  readonly code?: string;
}

export const systemCode = (error: unknown): string | undefined =>
  error instanceof Error ? (error as SystemError).code : undefined;

/** No such file, or a part of its path is no folder. */
export const isAbsent = (error: unknown): boolean => ['ENOENT', 'ENOTDIR'].includes(systemCode(error) ?? '');

const explanations: Readonly<Record<string, readonly [StoreErrorKind, string, string]>> = {
  ENOSPC: ['full', 'the disk is full', 'Free some space or choose another output, then retry.'],
  EDQUOT: ['full', 'the disk quota is used up', 'Free some space or ask for a larger quota, then retry.'],
  EACCES: ['denied', 'permission denied', 'Check owner and mode of the folder.'],
  EPERM: ['denied', 'operation not permitted', 'Check owner and mode of the folder.'],
  EROFS: ['readonly', 'the file system is read-only', 'Choose a folder on a writable disk.'],
  ENOTDIR: ['not-a-folder', 'a part of this path is a file', 'Move that file away or choose another folder.'],
  EEXIST: [
    'not-a-folder',
    'a file stands where a folder is needed',
    'Move it away or choose another folder.',
  ],
  EISDIR: [
    'not-a-folder',
    'a folder stands where a file is needed',
    'Move it away or choose another folder.',
  ],
  ENAMETOOLONG: ['bad-key', 'the name is too long for this file system', 'Choose a shorter output path.'],
};

/** An error of the file system as a `StoreError`; one that is a `StoreError` already stays as it is. */
export function fromSystemError(
  error: unknown,
  verb: 'read' | 'write' | 'list' | 'delete',
  path: string,
): StoreError {
  if (error instanceof StoreError) return error;
  const code = systemCode(error) ?? 'unknown error';
  const [kind, reason, advice] = explanations[code] ?? [
    'system',
    error instanceof Error ? error.message : String(error),
    'Check the disk, then retry.',
  ];
  return new StoreError(kind, path, `cannot ${verb}: ${reason} (${code})`, advice, error);
}
