/** Flags about how a job runs, not what it makes: shared by run, resume, retry and demo. */
import type { Command } from 'commander';
import { runSteps } from '../services/pipeline.ts';
import { RefusedError } from './errors.ts';
import { availableCores, memoryMiB } from './machine.ts';
import { parseMemoryMiB } from './quantities.ts';
import { nearest } from './suggestion.ts';

export interface Resources {
  readonly workers: number;
  readonly memoryMiB: number;
}

export interface ResourceFlags {
  readonly workers?: string;
  readonly memory?: string;
  readonly json?: true;
}

export const addResourceFlags = (command: Command): Command =>
  command
    .option(
      '--workers <count>',
      `threads that work on pixels (default: available cores, here ${availableCores()})`,
    )
    .option('--memory <size>', 'for example 4GiB or 800MiB (default: half of RAM)')
    .option('--verbose', 'print errors with their stack');

export const addJsonFlag = (command: Command): Command =>
  command.option('--json', 'one JSON object a line on standard output');

export const readResources = ({ workers, memory }: ResourceFlags): Resources => ({
  workers: workers === undefined ? availableCores() : readWorkers(workers),
  memoryMiB: memory === undefined ? Math.floor(memoryMiB() / 2) : readMemory(memory),
});

function readWorkers(text: string): number {
  const workers = Number(text);
  if (/^\d+$/.test(text) && workers > 0) return workers;
  throw new RefusedError(`--workers is "${text}"; expected a whole number above 0.`);
}

function readMemory(text: string): number {
  const parsed = parseMemoryMiB(text);
  if (parsed !== undefined) return parsed;
  throw new RefusedError(`--memory is "${text}"; expected a size such as 4GiB or 800MiB.`);
}

/** Of `run`. */
export const STEPS = runSteps;

/** A step by its full name, or by its last part where that is enough. */
export function readStep(flag: string, text: string): string {
  const matches = STEPS.filter((step) => step === text || step.endsWith(`.${text}`));
  if (matches.length === 1) return matches[0]!;
  const meant = nearest(text, STEPS);
  const hint = meant ? `did you mean ${meant}?` : `the steps are ${STEPS.join(', ')}.`;
  throw new RefusedError(`${flag} is "${text}", which is no step; ${hint}`);
}
