/** Commands that do not exist yet: refused with what they wait for, never ignored. */
import { RefusedError } from './errors.ts';

export const FUTURE_COMMANDS: Readonly<Record<string, string>> = {
  cutout: 'the viewer',
  layout: 'the viewer',
  mesh: 'the viewer',
};

export function refuseFutureCommand(word: string): void {
  const waitsFor = FUTURE_COMMANDS[word];
  if (waitsFor) throw new RefusedError(`"${word}" does not exist yet: it comes with ${waitsFor}.`);
}
