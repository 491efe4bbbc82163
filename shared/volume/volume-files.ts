/** What says of a folder that it is a volume. */
import { StoreError } from '../adapters/store-errors.ts';
import type { ObjectStore, StoredObject } from '../engine/ports.ts';
import { keyIn } from './volume-key.ts';

/** Of a precomputed volume, and of an OME-Zarr image of zarr 3 and 2. */
export const VOLUME_FILES = ['info', 'zarr.json', '.zattrs'] as const;

/** The first of them that is there. */
export async function volumeFileIn(
  store: ObjectStore,
  folder = '',
): Promise<(typeof VOLUME_FILES)[number] | undefined> {
  for (const file of VOLUME_FILES) if (await unlessDenied(store, keyIn(folder, file))) return file;
  return undefined;
}

/** S3 answers that access is denied, to those who may not list a bucket, also where there is no such object. */
export async function unlessDenied(store: ObjectStore, key: string): Promise<StoredObject | undefined> {
  try {
    return await store.get(key);
  } catch (error) {
    if (error instanceof StoreError && error.kind === 'denied') return undefined;
    throw error;
  }
}

const ZARR_2 = /^\.z(array|attrs|group|metadata)$/;

/** Of a file or folder that is no part of any volume, but for what zarr 2 calls so: what jobs and systems keep there. */
export const isHidden = (name: string): boolean => name.startsWith('.') && !ZARR_2.test(name);

/** Small files that change while a volume is made, and which browsers ask for each time. */
export const isDescription = (key: string): boolean =>
  /(^|\/)(info|provenance|[^/]*\.json|\d+:0)$/.test(key) || ZARR_2.test(key.split('/').at(-1)!);
