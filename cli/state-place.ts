/**
 * Where the state of a local job lies whose output is elsewhere: SQLite needs a disk of this machine. Another machine
 * has no such state, so it can read the output and not go on with the job.
 */
import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { readState } from '../shared/adapters/local/state.ts';
import { RefusedError } from './errors.ts';
import { isUrl, shortPath } from './folders.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** `$XDG_STATE_HOME/cloudreg/<hash of the output's URL>`; without it below `~/.local/state`. */
export function stateFolderFor(outputUrl: string, environment: Environment = process.env): string {
  const { XDG_STATE_HOME: home = '' } = environment;
  const hash = createHash('sha256').update(outputUrl).digest('hex').slice(0, 16);
  return join(isAbsolute(home) ? home : join(homedir(), '.local', 'state'), 'cloudreg', hash);
}

interface StatePlace {
  /** Of the output. */
  readonly path: string;
  readonly stateFolder: string;
}

/** False only for an output elsewhere: in a folder, no state means that nothing was begun. */
export async function hasStateHere({ path, stateFolder }: StatePlace): Promise<boolean> {
  if (!isUrl(path)) return true;
  const state = await readState(stateFolder);
  state?.close();
  return state !== undefined;
}

/** For commands that go on from the state. */
export async function checkStateIsHere(place: StatePlace): Promise<void> {
  if (await hasStateHere(place)) return;
  throw new RefusedError(
    `The state of the job in ${place.path} is not on this machine (${shortPath(place.stateFolder)}): it was run ` +
      'elsewhere. Go on there; or give its "cloudreg run" here, which does all of it again, with the same bytes.',
  );
}
