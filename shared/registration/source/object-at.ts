/** Single objects by their URL. */
import { openStore, splitFileUrl } from '../../adapters/open-store.ts';
import { RegistrationInputError } from '../errors.ts';

/** The bytes of one object that is named by its URL. */
export async function objectAt(url: string): Promise<{ readonly name: string; readonly bytes: Uint8Array }> {
  const { folder, key } = splitFileUrl(url);
  const object = await (await openStore(folder)).get(key);
  if (object !== undefined) return { name: url, bytes: object.bytes };
  throw new RegistrationInputError(`${url} is not there: check the path`);
}
