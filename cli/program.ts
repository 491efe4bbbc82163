/** Maps the words of a command line to the command that does the work, and its end to an exit code. */
import { Command } from 'commander';
import { COMMANDS } from './catalogue.ts';
import { EXIT_DONE } from './errors.ts';
import { refuseFutureCommand } from './future-words.ts';
import { reportError } from './report-error.ts';
import type { Terminal } from './terminal.ts';
import { programVersion } from './version.ts';

const DESCRIPTION = `Light-sheet acquisitions to stitched multi-resolution Neuroglancer volumes.

Exit codes: 0 done, 1 the work failed, 2 refused before anything was done.`;

/** Runs one command line (without `node` and the file) to its end. */
export async function cloudreg(words: readonly string[], terminal: Terminal): Promise<number> {
  let exitCode = EXIT_DONE;
  try {
    const command = commandWord(words);
    if (command) refuseFutureCommand(command);
    const program = await buildProgram(command, terminal, (code) => {
      exitCode = code;
    });
    await program.parseAsync(words, { from: 'user' });
    return exitCode;
  } catch (error) {
    return reportError(error, terminal, {
      json: words.includes('--json'),
      verbose: words.includes('--verbose'),
    });
  }
}

async function buildProgram(
  asked: string | undefined,
  terminal: Terminal,
  exit: (code: number) => void,
): Promise<Command> {
  const program = new Command('cloudreg')
    .description(DESCRIPTION)
    .version(await programVersion(), '--version', 'print the version')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.out.write(text),
      writeErr: (text) => terminal.err.write(text),
      // Every error leaves through reportError.
      outputError: () => {},
      getOutHelpWidth: () => terminal.out.columns(),
      getErrHelpWidth: () => terminal.err.columns(),
    });
  for (const entry of COMMANDS) {
    const command = program.command(entry.name).description(entry.summary);
    if (entry.name === asked) (await entry.load()).define(command, terminal, exit);
  }
  return program;
}

/** `run` in `run a b`, and in `help run`. */
const commandWord = (words: readonly string[]): string | undefined =>
  words.find((word) => word !== 'help' && !word.startsWith('-'));
