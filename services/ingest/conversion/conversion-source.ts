/** What a conversion reads: images by planes on this machine, or a precomputed volume anywhere. */
import { stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { ObjectStore } from '../../../shared/engine/ports.ts';
import type { ImageSource } from '../../../shared/formats/image-source/image-source.ts';
import { openImageSource } from '../../../shared/formats/image-source/open-image-source.ts';

/** Path of the file or folder of planes; undefined where the store is to be read as a precomputed volume. */
export async function planesPath(source: ObjectStore): Promise<string | undefined> {
  if (!source.url.startsWith('file://')) return undefined;
  const path = fileURLToPath(source.url);
  const isFile = await stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
  if (isFile) return path;
  return (await source.head('info')) === undefined ? path : undefined;
}

/** Of this thread, and nobody reads them now; by path and time of the last change. */
const idle = new Map<string, ImageSource>();

/**
 * Lends the image of planes at this URL. Opening it reads the header of every plane, so a thread keeps the last one for
 * its next task.
 */
export async function withImageSource<Result>(
  { url }: ObjectStore,
  work: (image: ImageSource) => Promise<Result>,
): Promise<Result> {
  const path = fileURLToPath(url);
  const { mtimeMs, size } = await stat(path);
  const key = `${path} ${mtimeMs} ${size}`;
  const image = idle.get(key) ?? (await openImageSource(path));
  idle.clear();
  try {
    return await work(image);
  } finally {
    await image.close();
    idle.set(key, image);
  }
}
