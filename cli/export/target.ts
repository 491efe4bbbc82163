/** What is to be written, by the name alone, and whether it may be. */
import { readdir, stat } from 'node:fs/promises';
import { openStore, splitFileUrl } from '../../shared/adapters/open-store.ts';
import { systemCode } from '../../shared/adapters/store-errors.ts';
import type { ObjectStore } from '../../shared/engine/ports.ts';
import type { FileFormat } from '../../shared/export/image-files.ts';
import { RefusedError } from '../errors.ts';
import { isInside, isUrl, placeOf } from '../folders.ts';

export type ExportTarget =
  | { readonly kind: 'file'; readonly place: string; readonly format: FileFormat }
  | { readonly kind: 'TIFF series' | 'OME-Zarr'; readonly place: string };

const FORMATS: readonly (readonly [RegExp, FileFormat])[] = [
  [/\.nrrd$/i, 'nrrd'],
  [/\.nii\.gz$/i, 'nii.gz'],
  [/\.nii$/i, 'nii'],
  [/\.tiff?$/i, 'tif'],
  [/\.npy$/i, 'npy'],
];

/** Refuses names of no format that is known. */
export async function exportTarget(output: string): Promise<ExportTarget> {
  const place = placeOf(output);
  if (isUrl(place) && !place.startsWith('s3://'))
    throw new RefusedError(`${output} cannot be written: give a place on this machine, or an s3:// URL.`);
  if (/\.zarr$/i.test(place)) return { kind: 'OME-Zarr', place };
  const format = FORMATS.find(([pattern]) => pattern.test(place))?.[1];
  const isFolder = /[/\\]$/.test(output) || (!isUrl(place) && (await kindAt(place)) === 'folder');
  if (isFolder) return { kind: 'TIFF series', place };
  if (format !== undefined) return { kind: 'file', place, format };
  throw new RefusedError(
    `${output}: its name tells no format; expected .nrrd, .nii.gz, .nii, .tif, .npy, .ome.zarr, or a folder with a slash at its end for a TIFF series.`,
  );
}

async function kindAt(path: string): Promise<'file' | 'folder' | 'nothing'> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'file';
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return 'nothing';
    throw error;
  }
}

/** Refused where something is there, or where the output would lie among the volume's chunks. */
export async function checkTarget(target: ExportTarget, volume: string, force: boolean): Promise<void> {
  const { place, kind } = target;
  if (isInside(place, volume))
    throw new RefusedError(`${place} lies inside the volume, which is only read: use a place beside it.`);
  if (isUrl(place)) return checkRemote(target, force);
  const found = await kindAt(place);
  if (found === 'nothing') return;
  if ((found === 'folder') !== (kind !== 'file'))
    throw new RefusedError(`${place} is a ${found}: ${kind} is written under another name.`);
  if (kind === 'file') {
    if (!force) throw isThere(place);
    return;
  }
  const names = await readdir(place);
  if (names.length === 0) return;
  if (!force) throw isThere(place);
  if (!isOurs(names, kind))
    throw new RefusedError(
      `${place} holds other things than a ${kind}, ${names[0]} among them: --force does not remove those. Use another folder.`,
    );
}

const isThere = (place: string): RefusedError =>
  new RefusedError(`${place} is there already: give another name, or --force to replace it.`);

/** A folder is replaced as a whole. */
const isOurs = (names: readonly string[], kind: ExportTarget['kind']): boolean =>
  kind === 'TIFF series'
    ? names.every((name) => /^z\d{4,}\.tif$/.test(name))
    : names.every((name) => /^(\d+|\.zgroup|\.zattrs|zarr\.json)$/.test(name));

/** A single object is replaced as a whole; among many, others may read what is there. */
async function checkRemote({ place, kind }: ExportTarget, force: boolean): Promise<void> {
  if (kind === 'file') {
    const { folder, key } = splitFileUrl(place);
    if (!force && (await (await openStore(folder)).head(key))) throw isThere(place);
    return;
  }
  const store = await openStore(place);
  const found = kind === 'OME-Zarr' ? await firstOf(store, ['.zattrs', 'zarr.json']) : await firstKey(store);
  if (found !== undefined)
    throw new RefusedError(
      `${place} holds ${kind === 'OME-Zarr' ? 'a zarr' : 'objects'} already (${found}): give another name, or remove it first; --force is for single files and this machine.`,
    );
}

async function firstOf(store: ObjectStore, keys: readonly string[]): Promise<string | undefined> {
  for (const key of keys) if (await store.head(key)) return key;
  return undefined;
}

async function firstKey(store: ObjectStore): Promise<string | undefined> {
  for await (const { key } of store.list('')) return key;
  return undefined;
}
