/** Every command there is. */
import type { CommandEntry } from './command.ts';

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
