/** TIFF files by planes: their pages, or the planes behind the first one as ImageJ writes stacks above 4 GiB. */
import type { ArrayFile } from '../array-file.ts';
import { type ElementType, elementBytes } from '../elements.ts';
import { openDirectories } from '../tiff/directory.ts';
import { type TiffHeader, tiffHeaderOf } from '../tiff/header.ts';
import { pageTypeOf } from '../tiff/page-type.ts';
import { readTiffPage } from '../tiff/read-page.ts';
import { type TiffSource, tiffInFile } from '../tiff/source.ts';
import { TiffError } from '../tiff/tiff-error.ts';
import { plainBytes } from './array-bytes.ts';
import { arraySource } from './array-source.ts';
import { checkPlanes, type ImageSource, planeElements } from './image-source.ts';

/** What every plane of an image shares. */
export interface PlaneKind {
  readonly width: number;
  readonly height: number;
  readonly type: ElementType;
}

/** Numbers are as stored, also where white is zero. @throws TiffError */
export async function tiffSource(file: ArrayFile): Promise<ImageSource> {
  const source = tiffInFile(file);
  const directories = await openDirectories(source);
  const page = async (index: number): Promise<TiffHeader> =>
    tiffHeaderOf(await directories.at(index), source);
  const first = await page(0);
  const kind = planeKindOf(first, file.name);
  const imageJ = directories.pages === 1 ? await imageJPlanes(source, first) : 1;
  if (imageJ > 1) return imageJSource(file, first, kind, imageJ);
  const kinds = [kind];
  for (let index = 1; index < directories.pages; index++)
    kinds.push(planeKindOf(await page(index), file.name));
  const warnings = warningsOf(file.name, first);
  if (isPyramid(kinds)) {
    const copies = `${file.name}: its ${kinds.length - 1} further pages are smaller copies, and are left out.`;
    return pagesSource(source, 1, page, kind, [...warnings, copies]);
  }
  for (const [index, found] of kinds.entries()) expectSame(kind, found, `${file.name}, page ${index + 1}`);
  return pagesSource(source, kinds.length, page, kind, warnings);
}

/** Each page is smaller than the one before, down to the last. */
const isPyramid = (kinds: readonly PlaneKind[]): boolean =>
  kinds.length > 1 &&
  kinds.slice(1).every(({ width, height, type }, index) => {
    const larger = kinds[index]!;
    return type === larger.type && width < larger.width && height < larger.height;
  });

export function planeKindOf(header: TiffHeader, file: string): PlaneKind {
  return { width: header.width, height: header.height, type: pageTypeOf(header, file).type };
}

export function expectSame(first: PlaneKind, found: PlaneKind, where: string): void {
  const words = ({ width, height, type }: PlaneKind) => `${width} x ${height} pixels of ${type}`;
  if (words(first) === words(found)) return;
  throw new TiffError(
    'unsupported',
    where,
    `${words(found)}, but the first plane has ${words(first)}; expected planes of one size and type. Take it out of the series.`,
  );
}

export const warningsOf = (file: string, { photometric }: TiffHeader): readonly string[] =>
  photometric === 0 ? [`${file}: white is stored as zero; numbers are taken as they are stored.`] : [];

function pagesSource(
  source: TiffSource,
  pages: number,
  page: (index: number) => Promise<TiffHeader>,
  { width, height, type }: PlaneKind,
  warnings: readonly string[],
): ImageSource {
  const about = { name: source.name, sizeVoxels: [width, height, pages], channels: 1 } as const;
  return {
    ...about,
    dtype: type,
    voxelSizeUm: undefined,
    frame: undefined,
    warnings,
    async readPlanes(z0, z1, into) {
      checkPlanes(about, z0, z1, into);
      const voxels = planeElements(about);
      for (let z = z0; z < z1; z++)
        await readTiffPage(source, await page(z), into.subarray((z - z0) * voxels, (z - z0 + 1) * voxels));
    },
    close: async () => {},
  };
}

/** One directory, and `images=` in the description; the planes follow each other in the file. */
async function imageJPlanes(source: TiffSource, header: TiffHeader): Promise<number> {
  const text = await (await openDirectories(source)).at(0).then((directory) => directory.text(DESCRIPTION));
  if (!text.startsWith('ImageJ=') || header.compression !== 1 || header.segments.kind !== 'strips') return 1;
  const images = Number(/^images=(\d+)$/m.exec(text)?.[1] ?? 1);
  return Number.isSafeInteger(images) && images > 0 ? images : 1;
}

const DESCRIPTION = 270;

function imageJSource(file: ArrayFile, header: TiffHeader, kind: PlaneKind, planes: number): ImageSource {
  const { width, height, type } = kind;
  const start = header.segments.offsets[0]!;
  const bytes = width * height * planes * elementBytes(type);
  if (header.bitsPerSample !== 8 * elementBytes(type) || start + bytes > file.sizeBytes)
    throw new TiffError(
      'truncated',
      file.name,
      `ImageJ's description says ${planes} planes, ${bytes} bytes from byte ${start}; the file ends at ${file.sizeBytes}`,
    );
  return arraySource({
    name: file.name,
    type,
    littleEndian: header.littleEndian,
    sizeVoxels: [width, height, planes],
    channels: 1,
    interleaved: false,
    open: () => plainBytes(file, start),
    warnings: warningsOf(file.name, header),
  });
}
