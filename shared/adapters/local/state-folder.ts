import { mkdir } from 'node:fs/promises';
import { StateError } from './state-errors.ts';

/** Makes the folder of the state, for the owner's lock and the records in it. */
export async function makeStateFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true }).catch((cause: unknown) => {
    throw new StateError(`cannot make the folder ${folder}`, cause);
  });
}
