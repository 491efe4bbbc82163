/** A volume copied to where browsers read it, each object with the headers that it needs (docs/specs/VIEWER.md §6). */
import type { ListedObject, ObjectStore, PutOptions } from '../../shared/engine/ports.ts';
import { inParallel } from '../../shared/in-parallel.ts';
import { isDescription, isHidden, VOLUME_FILES } from '../../shared/volume/volume-files.ts';
import { keyIn } from '../../shared/volume/volume-key.ts';
import { MOST_AT_ONCE, objectPieces } from '../object-pieces.ts';

export interface CopyOptions {
  /** `Cache-Control` of everything but `info` and other JSON, which browsers ask for each time. */
  readonly cacheControl: string;
  /** Leaves objects as they are that are there with the same length: to go on after a copy that was cut off. */
  readonly onlyMissing: boolean;
  readonly onObject?: (done: number, total: number) => void;
}

export interface Copied {
  readonly objects: number;
  /** Were there already. */
  readonly skipped: number;
  /** As stored, of those that were written. */
  readonly bytes: number;
}

const AT_ONCE = 16;

/** `folder` in `from` becomes the same folder in `to`. What describes it comes last: a volume is seen once it is whole. */
export async function copyVolume(
  from: ObjectStore,
  to: ObjectStore,
  folder: string,
  options: CopyOptions,
): Promise<Copied> {
  const objects = await objectsOf(from, folder);
  let done = 0;
  const copyOne = async ({ key }: ListedObject): Promise<number | undefined> => {
    const bytes = await copyObject(from, to, key, options);
    options.onObject?.(++done, objects.length);
    return bytes;
  };
  const describes = ({ key }: ListedObject): boolean =>
    VOLUME_FILES.some((file) => key === keyIn(folder, file));
  const rest = await inParallel(
    objects.filter((object) => !describes(object)),
    AT_ONCE,
    copyOne,
  );
  const all = [...rest, ...(await inParallel(objects.filter(describes), 1, copyOne))];
  const written = all.filter((bytes) => bytes !== undefined);
  return {
    objects: objects.length,
    skipped: all.length - written.length,
    bytes: written.reduce((sum, bytes) => sum + bytes, 0),
  };
}

/** Without what a job keeps beside its volume. */
async function objectsOf(store: ObjectStore, folder: string): Promise<ListedObject[]> {
  const found: ListedObject[] = [];
  for await (const object of store.list(folder === '' ? '' : `${folder}/`))
    if (!object.key.split('/').some(isHidden)) found.push(object);
  return found;
}

/** Bytes as stored; undefined where it was there. */
async function copyObject(
  from: ObjectStore,
  to: ObjectStore,
  key: string,
  { cacheControl, onlyMissing }: CopyOptions,
): Promise<number | undefined> {
  const [head, there] = await Promise.all([from.head(key), onlyMissing ? to.head(key) : undefined]);
  if (head === undefined) throw new Error(`${from.url}/${key} went away while it was copied`);
  const isThere = there?.size === head.size && there.encoding === head.encoding;
  if (onlyMissing && isThere && !isDescription(key)) return undefined;
  const options: PutOptions = {
    contentType: isDescription(key) ? 'application/json' : 'application/octet-stream',
    cacheControl: isDescription(key) ? 'no-cache' : cacheControl,
    ...(head.encoding ? { encoding: head.encoding } : {}),
  };
  await to.put(key, await bodyOf(from, key, head.size), options);
  return head.size;
}

async function bodyOf(
  store: ObjectStore,
  key: string,
  size: number,
): Promise<Uint8Array | AsyncIterable<Uint8Array>> {
  if (size > MOST_AT_ONCE) return objectPieces(store, key, { start: 0, end: size });
  const object = await store.get(key);
  if (object === undefined) throw new Error(`${store.url}/${key} went away while it was copied`);
  return object.bytes;
}
