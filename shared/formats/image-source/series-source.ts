/** A folder of planes, one a file: TIFF or PNG, in the order of the numbers in their names. */
import { inParallel } from '../../in-parallel.ts';
import { ArrayFileError } from '../array-file.ts';
import { makeElements } from '../elements.ts';
import { byNumbers, gapWarning } from './file-names.ts';
import type { ImageFolder } from './image-place.ts';
import { checkPlanes, type ImageSource, planeElements } from './image-source.ts';
import { openPlaneFile, type PlaneFile } from './plane-file.ts';
import { expectSame } from './tiff-source.ts';

const PICTURE = /\.(tiff?|png)$/i;
const PARALLEL_HEADERS = 8;

/**
 * Reads the header of every file, so that a plane of another size or type is refused by name before any work is done;
 * unless that was done before (`isChecked`). Files of other names are left out. @throws ArrayFileError, TiffError, PngError
 */
export async function seriesSource(folder: ImageFolder, isChecked: boolean): Promise<ImageSource> {
  const { names, others } = planesIn(folder);
  const [name] = names;
  if (name === undefined)
    throw new ArrayFileError(
      folder.name,
      'has no files called .tif, .tiff or .png, expected one a plane; nor what describes a volume: info, zarr.json or .zattrs',
    );
  const first = { name, ...(await openPlane(folder, name)) };
  const warnings = isChecked ? [] : await checkedPlanes(folder, names, first);
  const { kind } = first;
  const about = {
    name: folder.name,
    sizeVoxels: [kind.width, kind.height, names.length],
    channels: 1,
  } as const;
  return {
    ...about,
    dtype: kind.type,
    voxelSizeUm: undefined,
    frame: undefined,
    warnings: [...warnings, ...namesWarnings(names, others)],
    ...planeReaders(folder, names, first, about),
    close: async () => {},
  };
}

const openPlane = async (folder: ImageFolder, name: string): Promise<PlaneFile> =>
  openPlaneFile({ ...(await folder.open(name)), name });

/** Throws for one that is not like the first; returns the warnings of one that has any. */
async function checkedPlanes(
  folder: ImageFolder,
  names: readonly string[],
  first: PlaneFile & { readonly name: string },
): Promise<readonly string[]> {
  const warnings: string[] = [];
  await inParallel(names, PARALLEL_HEADERS, async (name) => {
    const plane = await openPlane(folder, name);
    if (plane.format !== first.format)
      throw new ArrayFileError(
        name,
        `is a ${plane.format}, but ${first.name} is a ${first.format}: keep one of the two`,
      );
    expectSame(first.kind, plane.kind, name);
    if (warnings.length === 0) warnings.push(...plane.warnings);
  });
  return warnings;
}

function planeReaders(
  folder: ImageFolder,
  names: readonly string[],
  { kind, readRows }: PlaneFile,
  about: Parameters<typeof checkPlanes>[0],
): Pick<ImageSource, 'readPlanes' | 'readRows'> {
  const voxels = planeElements(about);
  const openLike = async (z: number): Promise<PlaneFile> => {
    const plane = await openPlane(folder, names[z]!);
    expectSame(kind, plane.kind, names[z]!);
    return plane;
  };
  return {
    async readPlanes(z0, z1, into) {
      checkPlanes(about, z0, z1, into);
      for (let z = z0; z < z1; z++)
        await (await openLike(z)).read(into.subarray((z - z0) * voxels, (z - z0 + 1) * voxels));
    },
    readRows:
      readRows &&
      (async (z, y0, y1, into) => {
        const plane = await openLike(z);
        if (plane.readRows) return plane.readRows(y0, y1, into);
        // One that is compressed among others that are not.
        const whole = makeElements(kind.type, voxels);
        await plane.read(whole);
        (into as Uint8Array).set(whole.subarray(y0 * kind.width, y1 * kind.width) as Uint8Array);
      }),
  };
}

const planesIn = ({ names }: ImageFolder): { readonly names: string[]; readonly others: string[] } => ({
  names: names.filter((name) => PICTURE.test(name)).sort(byNumbers),
  others: names.filter((name) => !PICTURE.test(name)).sort(),
});

function namesWarnings(names: readonly string[], others: readonly string[]): string[] {
  const gap = gapWarning(names);
  const left =
    others.length === 0
      ? []
      : [`${others.length} files are no planes by their name and are left out, ${others[0]} among them.`];
  return gap === undefined ? left : [gap, ...left];
}
