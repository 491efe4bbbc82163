/** The raw data that the command line names. */
import { openStore } from '../shared/adapters/open-store.ts';
import type { ObjectStore } from '../shared/engine/ports.ts';
import { RefusedError } from './errors.ts';

/** Which planes there are is found by listing, and a web server lists nothing. */
export async function openAcquisition(pathOrUrl: string): Promise<ObjectStore> {
  const store = await openStore(pathOrUrl);
  if (!/^https?:/.test(store.url)) return store;
  throw new RefusedError(
    `The acquisition ${pathOrUrl} is on a web server, which does not say which planes it holds: give a folder or an s3:// URL.`,
  );
}
