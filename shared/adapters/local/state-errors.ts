/** Errors of the state on one machine. */

/** Another process works on the same output; nothing was touched. */
export class OutputOwnedError extends Error {
  override readonly name = 'OutputOwnedError';
  readonly folder: string;
  constructor(folder: string, owner: string) {
    super(`${folder} is in use by ${owner}: wait for it or stop it.`);
    this.folder = folder;
  }
}

/** The state folder cannot be made, opened or written: rights, a full disk, a file that is no database. */
export class StateError extends Error {
  override readonly name = 'StateError';
  constructor(what: string, cause: unknown) {
    super(`${what}: ${(cause as Error).message}. ${adviceFor(cause as Error)}`, { cause });
  }
}

function adviceFor(cause: Error): string {
  const text = `${(cause as NodeJS.ErrnoException).code ?? ''} ${cause.message}`;
  if (/full|ENOSPC|EDQUOT/i.test(text))
    return 'Free some space and give the same command again; nothing is lost.';
  if (/not a database|malformed|corrupt|newer than/i.test(text))
    return 'Move the file away and give the same command again: what is on disk is written again with the same bytes.';
  return 'The folder must be writable and on a local disk (SQLite cannot share a network drive).';
}
