/** What a user names to look at, and the volumes that lie there. */
import { openStore } from '../../shared/adapters/open-store.ts';
import { StoreError } from '../../shared/adapters/store-errors.ts';
import type { ObjectStore } from '../../shared/engine/ports.ts';
import { CARRIED_VOLUMES } from '../../shared/registration/files/registration-files.ts';
import { withoutScheme } from '../../shared/viewer/source-url.ts';
import { isUrl, placeIn, placeOf } from '../folders.ts';
import { volumesIn } from '../volumes.ts';

/** A volume to be looked at, whether it can be read or not. */
export interface ViewedVolume {
  /** Of its layer. */
  readonly name: string;
  /** Its path or URL. */
  readonly place: string;
  readonly store: ObjectStore;
  /** Below the store, empty for its root. */
  readonly folder: string;
}

/** Those that lie on the sample: the sample on the atlas has another frame. */
const ON_SAMPLE = [CARRIED_VOLUMES.atlas, CARRIED_VOLUMES.parcellation];

/** A volume itself, or all that a job's output folder holds: its channels, and the atlas laid over them. */
export async function viewedVolumes(pathOrUrl: string): Promise<readonly ViewedVolume[]> {
  const path = placeOf(withoutScheme(pathOrUrl));
  const store = await openStore(path);
  const folders = await foldersIn(path, store);
  const root = path.split(/[/\\]/).at(-1) ?? path;
  return folders.map((folder) => ({
    name: folder === '' ? root : folder.split('/').at(-1)!,
    place: placeIn(path, folder),
    store,
    folder,
  }));
}

/** The root where there is nothing: opening it says what is missing. */
async function foldersIn(path: string, store: ObjectStore): Promise<readonly string[]> {
  try {
    const own = await volumesIn({ path, store, stateFolder: '' });
    if (own.includes('')) return own;
    const carried = ON_SAMPLE.map(async (folder) => ((await store.head(`${folder}/info`)) ? [folder] : []));
    const all = [...own, ...(await Promise.all(carried)).flat()];
    return all.length > 0 ? all : [''];
  } catch (error) {
    // What cannot be reached is told with the volume, beside those that can.
    if (error instanceof StoreError && isUrl(path)) return [''];
    throw error;
  }
}
