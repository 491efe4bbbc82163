/** An OME-Zarr image of several resolutions (NGFF 0.4 and 0.5): which arrays it has, and where they lie. */
import { z } from 'zod';
import type { ObjectStore } from '../../engine/ports.ts';
import type { Vec3 } from '../../geometry/box.ts';
import { inParallel } from '../../in-parallel.ts';
import { decompressText } from '../codecs/decode.ts';
import { UnsupportedVolumeError, VolumeError } from '../errors.ts';
import { unlessDenied } from '../volume-files.ts';
import { keyIn } from '../volume-key.ts';
import { framesOf, type Multiscale, multiscaleSchema } from './multiscale-frames.ts';
import { parseArray, type StoredArray } from './read-array.ts';

export interface ZarrImage {
  /** Every axis, slowest first; the last three are z, y, x. */
  readonly axes: readonly { readonly name: string; readonly isChannel: boolean }[];
  readonly isSegmentation: boolean;
  /** Finest first. */
  readonly arrays: readonly PlacedArray[];
}

interface PlacedArray {
  /** Its folder, below that of the image. */
  readonly path: string;
  readonly array: StoredArray;
  readonly resolutionNm: Vec3;
  /** Of the first voxel, in whole voxels of this array. */
  readonly voxelOffset: Vec3;
}

const ARRAYS_AT_ONCE = 8;

/** Files that say of a folder that it is a group of zarr 3 and 2. */
const GROUP_FILES = [
  { file: 'zarr.json', version: 3 },
  { file: '.zattrs', version: 2 },
] as const;

/** Undefined where neither file is there. Throws `VolumeError`, `UnsupportedVolumeError`. */
export async function readZarrImage(store: ObjectStore, folder: string): Promise<ZarrImage | undefined> {
  for (const { file, version } of GROUP_FILES) {
    const key = keyIn(folder, file);
    const json = await readJson(store, key);
    if (json !== undefined) return imageOf(store, folder, version, json, `${store.url}/${key}`);
  }
  return undefined;
}

async function readJson(store: ObjectStore, key: string): Promise<unknown> {
  const object = await unlessDenied(store, key);
  if (object === undefined) return undefined;
  const where = `${store.url}/${key}`;
  const text = await decompressText(object, where);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new VolumeError(`${where} is not JSON (${(cause as Error).message})`, { cause });
  }
}

async function imageOf(
  store: ObjectStore,
  folder: string,
  version: 2 | 3,
  json: unknown,
  where: string,
): Promise<ZarrImage> {
  const { multiscale, isSegmentation } = multiscaleIn(version, json, where);
  const axes = axesOf(multiscale, where);
  const arrays = await inParallel(multiscale.datasets, ARRAYS_AT_ONCE, async (dataset) => {
    const path = checkedPath(dataset.path, where);
    const key = keyIn(folder, `${path}/${version === 3 ? 'zarr.json' : '.zarray'}`);
    const found = await readJson(store, key);
    if (found === undefined) throw new VolumeError(`${store.url}/${key} is not there: ${where} names it`);
    const array = parseArray(version, found, `${store.url}/${key}`);
    if (array.shape.length !== axes.length)
      throw new VolumeError(`${store.url}/${key} has ${array.shape.length} axes, ${where} ${axes.length}`);
    return { path, array };
  });
  const frames = framesOf(multiscale, where);
  return {
    axes: axes.map(({ name, type }) => ({ name, isChannel: type === 'channel' })),
    isSegmentation,
    arrays: arrays.map((placed, i) => ({ ...placed, ...frames[i]! })),
  };
}

function multiscaleIn(
  version: 2 | 3,
  json: unknown,
  where: string,
): { readonly multiscale: Multiscale; readonly isSegmentation: boolean } {
  const loose = z.looseObject({});
  const group = loose.safeParse(json).data ?? {};
  const attributes = version === 2 ? group : (loose.safeParse(group.attributes).data ?? {});
  const ome = version === 2 ? attributes : (loose.safeParse(attributes.ome).data ?? attributes);
  const [first] = z.array(z.unknown()).safeParse(ome.multiscales).data ?? [];
  if (first === undefined)
    throw new VolumeError(
      `${where} has no multiscales: no OME-Zarr image. Name the folder of an image, for example ${where.replace(/\/[^/]*$/, '/0')}.`,
    );
  const parsed = multiscaleSchema.safeParse(first);
  if (!parsed.success)
    throw new UnsupportedVolumeError(
      where,
      `what it says of its multiscales (NGFF 0.4 and 0.5 are read)\n${z.prettifyError(parsed.error)}\n`,
    );
  return { multiscale: parsed.data, isSegmentation: ome['image-label'] !== undefined };
}

/** (t) (c) z y x, as NGFF orders them. */
function axesOf({ axes }: Multiscale, where: string): Multiscale['axes'] {
  const space = axes.slice(-3).map(({ name }) => name);
  const leading = axes.slice(0, -3);
  const isKnown = leading.every(({ type }) => type === 'time' || type === 'channel');
  const kinds = new Set(leading.map(({ type }) => type));
  if (space.join() === 'z,y,x' && isKnown && kinds.size === leading.length) return axes;
  throw new UnsupportedVolumeError(
    where,
    `an image with the axes ${axes.map(({ name }) => name).join(', ')} (expected time and channel, if any, then z, y, x)`,
  );
}

/** Paths are opaque, but none may lead out of the image's folder. */
function checkedPath(path: string, where: string): string {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.length > 0 && !path.startsWith('/') && !parts.includes('..')) return parts.join('/');
  throw new VolumeError(`${where}: the path ${JSON.stringify(path)} leads out of the image's folder`);
}
