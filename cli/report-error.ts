/** The end of every error: one or two lines that say what was found and what to do, and an exit code. */
import { CommanderError } from 'commander';
import { isPermanent } from '../shared/engine/errors.ts';
import { EXIT_DONE, EXIT_FAILED, EXIT_REFUSED } from './errors.ts';
import { line, type Terminal } from './terminal.ts';

/** Errors that say what to do themselves, by name so that none of their modules is loaded for `--help`. */
const EXIT_CODES: Readonly<Record<string, number>> = {
  RefusedError: EXIT_REFUSED,
  CommandRefused: EXIT_REFUSED,
  OutputOwnedError: EXIT_REFUSED,
  CorrectionError: EXIT_REFUSED,
  IlluminationError: EXIT_REFUSED,
  N4InputError: EXIT_REFUSED,
  GivenPlacementError: EXIT_REFUSED,
  AwsError: EXIT_REFUSED,
  OrientationError: EXIT_REFUSED,
  RegistrationInputError: EXIT_REFUSED,
  ExportError: EXIT_REFUSED,
  OutputFormatError: EXIT_REFUSED,
  FailedError: EXIT_FAILED,
  StoreError: EXIT_FAILED,
  StateError: EXIT_FAILED,
};

/** What the operating system says, and what helps. */
const SYSTEM_ADVICE: Readonly<Record<string, string>> = {
  ENOSPC: 'The disk is full: make room, then run the same command again; finished work is kept.',
  EDQUOT: 'The disk quota is used up: make room, then run the same command again; finished work is kept.',
  EACCES: 'Permission is missing: change it, or use another folder.',
  EPERM: 'Permission is missing: change it, or use another folder.',
  EROFS: 'The file system is read-only: use another folder.',
  ENOENT: 'Check the path.',
  ENOTDIR: 'Check the path: a part of it is a file, not a folder.',
  EMFILE: 'Too many open files: raise the limit (ulimit -n), or use fewer --workers.',
  EIO: 'The disk reports an error: check it before anything else.',
};

export interface ReportStyle {
  readonly json: boolean;
  readonly verbose: boolean;
}

export function reportError(error: unknown, terminal: Terminal, style: ReportStyle): number {
  if (isHelp(error)) return EXIT_DONE;
  const { message, exitCode } = explain(error);
  if (style.json) line(terminal.out, JSON.stringify({ event: 'error', exitCode, message }));
  else line(terminal.err, `cloudreg: ${message}`);
  if (style.verbose) line(terminal.err, stackOf(error));
  return exitCode;
}

/** Text of the error in the user's words; no stack. */
export function explain(error: unknown): { readonly message: string; readonly exitCode: number } {
  if (error instanceof CommanderError) return { message: wordsMessage(error), exitCode: EXIT_REFUSED };
  if (!(error instanceof Error)) return { message: faultMessage(String(error)), exitCode: EXIT_FAILED };
  const known = EXIT_CODES[error.name] ?? (isPermanent(error) ? EXIT_FAILED : undefined);
  if (known !== undefined) return { message: error.message, exitCode: known };
  const advice = SYSTEM_ADVICE[(error as NodeJS.ErrnoException).code ?? ''];
  if (advice) return { message: `${error.message}\n${advice}`, exitCode: EXIT_FAILED };
  return { message: faultMessage(error.message), exitCode: EXIT_FAILED };
}

const isHelp = (error: unknown): boolean => error instanceof CommanderError && error.exitCode === 0;

function wordsMessage(error: CommanderError): string {
  if (error.code === 'commander.help') return 'a command is needed, for example: cloudreg demo';
  return `${error.message.replace(/^error: /, '')}\nSee: cloudreg --help`;
}

const faultMessage = (message: string): string =>
  `${message}\nThis is a fault of cloudreg: please report it with what the same command prints with --verbose.`;

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : `\ncaused by ${stackOf(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}
