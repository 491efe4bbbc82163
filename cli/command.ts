/** What a file in cli/commands exports, and the list of them. */
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

export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'run',
    summary: 'turn an acquisition into stitched multi-resolution volumes',
    load: () => import('./commands/run.ts'),
  },
  {
    name: 'status',
    summary: 'show how far the job of an output folder is',
    load: () => import('./commands/status.ts'),
  },
  {
    name: 'resume',
    summary: 'go on with a job that was stopped',
    load: () => import('./commands/resume.ts'),
  },
  {
    name: 'retry',
    summary: 'run failed tasks again, or accept them as missing',
    load: () => import('./commands/retry.ts'),
  },
  {
    name: 'verify',
    summary: 'read every chunk of every resolution and check it',
    load: () => import('./commands/verify.ts'),
  },
  {
    name: 'clean',
    summary: 'remove the intermediate files of a finished job',
    load: () => import('./commands/clean.ts'),
  },
  {
    name: 'demo',
    summary: 'make a synthetic acquisition and run everything on it',
    load: () => import('./commands/demo.ts'),
  },
  {
    name: 'doctor',
    summary: 'check this machine and say what to do',
    load: () => import('./commands/doctor.ts'),
  },
];
