/** Errors of the command line, by exit code (ARCHITECTURE section 6). */

/** Nothing was done: wrong words, or an output that another run or job holds. Exit code 2. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
}

/** The work was begun, or looked at, and is not good. Exit code 1. */
export class FailedError extends Error {
  override readonly name = 'FailedError';
}

export const EXIT_DONE = 0;
export const EXIT_FAILED = 1;
export const EXIT_REFUSED = 2;
