/** A folder of planes, one a file: TIFF or PNG, in the order of the numbers in their names. */
import { inParallel } from '../../in-parallel.ts';
import { ArrayFileError } from '../array-file.ts';
import { makeElements } from '../elements.ts';
import { byNumbers, gapWarning } from './file-names.ts';
import type { ImageFolder } from './image-place.ts';
import { checkPlanes, type ImageSource, planeElements } from './image-source.ts';
import { openPlaneFile } from './plane-file.ts';
import { expectSame } from './tiff-source.ts';

const PICTURE = /\.(tiff?|png)$/i;
const PARALLEL_HEADERS = 8;

/**
 * Reads the header of every file, so that a plane of another size or type is refused by name before any work is done;
 * unless that was done before (`isChecked`). Files of other names are left out. @throws ArrayFileError, TiffError, PngError
 */
export async function seriesSource(folder: ImageFolder, isChecked: boolean): Promise<ImageSource> {
  const { names, others } = planesIn(folder);
  const open = async (name: string) => openPlaneFile({ ...(await folder.open(name)), name });
  const [first] = names;
  if (first === undefined)
    throw new ArrayFileError(
      folder.name,
      'has no files called .tif, .tiff or .png, expected one a plane; nor what describes a volume: info, zarr.json or .zattrs',
    );
  const { kind, format, readRows } = await open(first);
  const warnings: string[] = [];
  await inParallel(isChecked ? [] : names, PARALLEL_HEADERS, async (name) => {
    const plane = await open(name);
    if (plane.format !== format)
      throw new ArrayFileError(
        name,
        `is a ${plane.format}, but ${first} is a ${format}: keep one of the two`,
      );
    expectSame(kind, plane.kind, name);
    if (warnings.length === 0) warnings.push(...plane.warnings);
  });
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
    async readPlanes(z0, z1, into) {
      checkPlanes(about, z0, z1, into);
      const voxels = planeElements(about);
      for (let z = z0; z < z1; z++) {
        const plane = await open(names[z]!);
        expectSame(kind, plane.kind, names[z]!);
        await plane.read(into.subarray((z - z0) * voxels, (z - z0 + 1) * voxels));
      }
    },
    readRows:
      readRows &&
      (async (z, y0, y1, into) => {
        const plane = await open(names[z]!);
        expectSame(kind, plane.kind, names[z]!);
        if (plane.readRows) return plane.readRows(y0, y1, into);
        // One that is compressed among others that are not.
        const whole = makeElements(kind.type, planeElements(about));
        await plane.read(whole);
        (into as Uint8Array).set(whole.subarray(y0 * kind.width, y1 * kind.width) as Uint8Array);
      }),
    close: async () => {},
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
