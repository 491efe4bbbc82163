/** What a file in cli/commands exports, and how it is found. */
import type { Command } from 'commander';
import type { Terminal } from './terminal.ts';

/** Adds the command's words to `command`; its action hands the exit code to `exit`. */
export type DefineCommand = (command: Command, terminal: Terminal, exit: (code: number) => void) => void;

export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  /** Only the command that was asked for is loaded, so that `--help` is quick. */
  readonly load: () => Promise<{ readonly define: DefineCommand }>;
}
