/** Single objects by their URL. */
import { openStore, splitFileUrl } from '../../adapters/open-store.ts';
import type { StoredObject } from '../../engine/ports.ts';
import { unpack } from '../../volume/codecs/unpack.ts';
import { RegistrationInputError } from '../errors.ts';

/** The bytes of one object that is named by its URL. */
export async function objectAt(url: string): Promise<{ readonly name: string; readonly bytes: Uint8Array }> {
  const { folder, key } = splitFileUrl(url);
  const object = await (await openStore(folder)).get(key);
  if (object !== undefined) return { name: url, bytes: await plain(object, url) };
  throw new RegistrationInputError(`${url} is not there: check the path`);
}

/** Ontologies, landmarks and recipes are megabytes; what is stored compressed may unpack to that. */
const MOST_BYTES = 2 ** 30;

const plain = async ({ bytes, encoding }: StoredObject, url: string): Promise<Uint8Array> =>
  encoding === undefined ? bytes : unpack(bytes, encoding, MOST_BYTES, url);
