/** One file of a series of planes: TIFF or PNG, known by its first bytes. */
import { type ArrayFile, ArrayFileError } from '../array-file.ts';
import type { ElementArray } from '../elements.ts';
import { decodePng, PNG_HEADER_BYTES, parsePngHeader } from '../png/png.ts';
import { readTiffHeader } from '../tiff/header.ts';
import { isStraight, readStraightRows, readTiffPage } from '../tiff/read-page.ts';
import { tiffInFile } from '../tiff/source.ts';
import { type FileFormat, formatOf } from './format-of.ts';
import { type PlaneKind, planeKindOf, warningsOf } from './tiff-source.ts';

export interface PlaneFile {
  readonly kind: PlaneKind;
  readonly format: FileFormat;
  readonly warnings: readonly string[];
  /** Fills a plane, x fastest. */
  read(into: ElementArray): Promise<void>;
  /** Fills rows `y0` up to `y1` (excluded), where they lie in the file as they are in memory. */
  readonly readRows?: ((y0: number, y1: number, into: ElementArray) => Promise<void>) | undefined;
}

/** Reads the header. @throws TiffError, PngError, ArrayFileError */
export async function openPlaneFile(file: ArrayFile): Promise<PlaneFile> {
  const format = await formatOf(file);
  if (format === 'TIFF') return tiffPlane(file);
  if (format === 'PNG') return pngPlane(file);
  throw new ArrayFileError(
    file.name,
    `is ${format === undefined ? 'of no kind that is known' : `a file of ${format}`}, expected TIFF or PNG: take it out of the series`,
  );
}

async function tiffPlane(file: ArrayFile): Promise<PlaneFile> {
  const source = tiffInFile(file);
  const header = await readTiffHeader(source);
  if (header.pages > 1)
    throw new ArrayFileError(
      file.name,
      `has ${header.pages} pages, and is one of several files; expected one plane each. Convert such files one by one.`,
    );
  return {
    kind: planeKindOf(header, file.name),
    format: 'TIFF',
    warnings: warningsOf(file.name, header),
    read: (into) => readTiffPage(source, header, into),
    readRows: isStraight(header)
      ? (y0, y1, into) => readStraightRows(source, header, { y0, y1 }, into)
      : undefined,
  };
}

async function pngPlane(file: ArrayFile): Promise<PlaneFile> {
  const header = parsePngHeader(file.name, await file.read(0, PNG_HEADER_BYTES), file.sizeBytes);
  return {
    kind: header,
    format: 'PNG',
    warnings: [],
    async read(into) {
      (into as Uint8Array).set(await decodePng(file.name, await file.read(0, file.sizeBytes), header));
    },
  };
}
