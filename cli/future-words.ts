/** Words of the finished command line that have no meaning yet: refused with what they wait for, never ignored. */
import { type Command, Option } from 'commander';
import { RefusedError } from './errors.ts';

const FORMATS = 'more output formats';

const FUTURE_FLAGS: Readonly<Record<string, string>> = {
  encoding: FORMATS,
  format: 'OME-Zarr straight from run; until then: cloudreg export <volume> out.ome.zarr',
};

export const FUTURE_COMMANDS: Readonly<Record<string, string>> = {
  cutout: 'the viewer',
  layout: 'the viewer',
  mesh: 'the viewer',
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
