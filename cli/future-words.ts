/** Words of the finished command line that have no meaning yet: refused with what they wait for, never ignored. */
import { type Command, Option } from 'commander';
import { RefusedError } from './errors.ts';

const REGISTRATION = 'registration to an atlas';
const ILLUMINATION = 'global illumination correction';
const FORMATS = 'more output formats';
const CLOUD = 'the AWS deployment';

const FUTURE_FLAGS: Readonly<Record<string, string>> = {
  illumination: ILLUMINATION,
  encoding: FORMATS,
  format: FORMATS,
  atlas: REGISTRATION,
  parcellation: REGISTRATION,
  orientation: REGISTRATION,
  translation: REGISTRATION,
  rotation: REGISTRATION,
  'fixed-scale': REGISTRATION,
  'registration-resolution': REGISTRATION,
  preset: REGISTRATION,
};

export const FUTURE_COMMANDS: Readonly<Record<string, string>> = {
  estimate: CLOUD,
  convert: FORMATS,
  export: FORMATS,
  upload: CLOUD,
  correct: ILLUMINATION,
  n4: ILLUMINATION,
  register: REGISTRATION,
  transform: REGISTRATION,
  'transform-points': REGISTRATION,
  regions: REGISTRATION,
  view: 'the viewer',
  link: 'the viewer',
  cutout: 'the viewer',
  layout: 'the viewer',
  mesh: 'the viewer',
  dashboard: CLOUD,
  enqueue: CLOUD,
  jobs: CLOUD,
  cancel: CLOUD,
  logs: CLOUD,
  'dead-letters': CLOUD,
};

export function refuseFutureFlags(command: Command): void {
  for (const [flag, waitsFor] of Object.entries(FUTURE_FLAGS)) {
    command.addOption(new Option(`--${flag} [value...]`).hideHelp());
    command.on(`option:${flag}`, () => {
      throw new RefusedError(`--${flag} has no meaning yet: it comes with ${waitsFor}.`);
    });
  }
}

export function refuseFutureCommand(word: string): void {
  const waitsFor = FUTURE_COMMANDS[word];
  if (waitsFor) throw new RefusedError(`"${word}" does not exist yet: it comes with ${waitsFor}.`);
}
