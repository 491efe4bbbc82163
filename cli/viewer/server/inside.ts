/** A link inside a volume's folder must not open the rest of the machine to every page of the browser. */
import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { formsOf } from '../../../shared/adapters/local/file-forms.ts';
import type { ObjectStore } from '../../../shared/engine/ports.ts';
import { isInside } from '../../folders.ts';

/** True for stores that are no folders of this machine. */
export async function staysInside(store: ObjectStore, key: string): Promise<boolean> {
  if (!store.url.startsWith('file://')) return true;
  const folder = fileURLToPath(store.url);
  const [root, ...files] = await Promise.all([
    realpath(folder),
    ...formsOf(join(folder, key)).map(({ file }) => realpath(file).catch(() => undefined)),
  ]);
  const found = files.find((file) => file !== undefined);
  return found !== undefined && isInside(found, root!);
}
