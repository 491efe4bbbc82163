/** NRRD files by planes. */
import { type ArrayFile, ArrayFileError, elementCount, expectToFit } from '../array-file.ts';
import { nrrdAffineUm, nrrdVoxelSize } from '../array-file-space.ts';
import { elementBytes } from '../elements.ts';
import type { NrrdHeader, NrrdMeta } from '../nrrd/header.ts';
import {
  expectData,
  packingOf,
  readData,
  readNrrdHeader,
  shareOf,
  skippedBytes,
  unpackers,
} from '../nrrd/read.ts';
import { type ArrayBytes, joinedBytes, memoryBytes, plainBytes, unpackedBytes } from './array-bytes.ts';
import { arraySource } from './array-source.ts';
import { axesOf, voxelSizeOf } from './axes.ts';
import type { ImageSource } from './image-source.ts';

/** Data written as text (ascii, hex) are held in memory. @throws ArrayFileError */
export async function nrrdSource(file: ArrayFile): Promise<ImageSource> {
  const { header, dataStart } = await readNrrdHeader(file);
  const { type, shape, littleEndian, encoding } = header;
  const bytes = elementCount(file.name, shape) * elementBytes(type);
  const channelAxis = channelAxisOf(header);
  const meta = withoutAxis(header.meta, channelAxis);
  const voxelSizeUm = voxelSizeOf(nrrdVoxelSize(meta));
  const affineUm = voxelSizeUm && nrrdAffineUm(meta, voxelSizeUm);
  return arraySource({
    name: file.name,
    type,
    // Text is turned into this machine's numbers as it is read.
    littleEndian: encoding === 'ascii' || encoding === 'hex' ? isLittleEndianHost() : littleEndian,
    ...axesOf(file.name, shape, channelAxis),
    voxelSizeUm,
    frame: affineUm && { affineUm },
    open: await dataOf(file, dataStart, header, bytes),
  });
}

/** The one axis that is not of space: said by its kind or its direction, else the fourth. */
function channelAxisOf({ shape, meta: { kinds, spaceDirections } }: NrrdHeader): number | undefined {
  const isSpatial = (kind: string) => /^(domain|space|\?\?\?|none)$/i.test(kind);
  const byKind = kinds?.findIndex((kind) => !isSpatial(kind)) ?? -1;
  const byDirection = spaceDirections?.indexOf(undefined) ?? -1;
  const found = byKind >= 0 ? byKind : byDirection;
  if (found >= 0 && shape.length > 2) return found;
  return shape.length === 4 ? 3 : undefined;
}

function withoutAxis(meta: NrrdMeta, axis: number | undefined): NrrdMeta {
  const rest = <T>(values: readonly T[] | undefined) => values?.filter((_, index) => index !== axis);
  const { spacings, units, kinds, spaceDirections, ...more } = meta;
  return {
    ...more,
    ...(spacings && { spacings: rest(spacings)! }),
    ...(units && units.length > 0 && { units: rest(units)! }),
    ...(kinds && { kinds: rest(kinds)! }),
    ...(spaceDirections && { spaceDirections: rest(spaceDirections)! }),
  };
}

async function dataOf(
  file: ArrayFile,
  dataStart: number,
  header: NrrdHeader,
  bytes: number,
): Promise<() => ArrayBytes> {
  if (header.dataFiles === undefined) return partOf(file, dataStart, header, bytes);
  const share = shareOf(file, header, header.dataFiles, bytes);
  const parts: (() => ArrayBytes)[] = [];
  for (const name of header.dataFiles) parts.push(await partOf(await file.sibling(name), 0, header, share));
  return () =>
    joinedBytes(
      parts.map((open) => open()),
      share,
    );
}

async function partOf(
  file: ArrayFile,
  start: number,
  header: NrrdHeader,
  bytes: number,
): Promise<() => ArrayBytes> {
  expectData(file, start, header, bytes);
  const { encoding, byteSkip } = header;
  if (byteSkip === -1) return () => plainBytes(file, file.sizeBytes - bytes);
  if (encoding === 'ascii' || encoding === 'hex') return inMemory(file, start, header, bytes);
  const from = start + (await skippedBytes(file, start, header.lineSkip));
  const packing = packingOf(encoding);
  if (packing !== undefined) {
    const place = { start: from, skip: byteSkip, lengthBytes: bytes, unpack: unpackers[packing] };
    return () => unpackedBytes(file, place);
  }
  if (from + byteSkip + bytes > file.sizeBytes)
    throw new ArrayFileError(
      file.name,
      `its data end at byte ${file.sizeBytes}, expected ${from + byteSkip + bytes}: cut short`,
    );
  return () => plainBytes(file, from + byteSkip);
}

async function inMemory(file: ArrayFile, start: number, header: NrrdHeader, bytes: number) {
  expectToFit(file, bytes);
  const { buffer, byteOffset, byteLength } = await readData(file, start, header, bytes);
  return () => memoryBytes(new Uint8Array(buffer, byteOffset, byteLength));
}

const isLittleEndianHost = (): boolean => new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;
