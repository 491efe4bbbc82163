/**
 * .npy files by planes. The order in memory counts: the fastest axis is x, so that a C-ordered array is indexed
 * [z, y, x] or [channel, z, y, x], as images are in Python, and a Fortran-ordered one [x, y, z] or [x, y, z, channel],
 * as cloud-volume's are.
 */
import { type ArrayFile, elementCount, expectToHold, isGzip } from '../array-file.ts';
import { type ElementType, elementBytes } from '../elements.ts';
import { firstInflated } from '../first-inflated.ts';
import { MOST_NPY_HEADER_BYTES, type NpyHeader, parseNpyHeader } from '../npy.ts';
import { plainBytes, unpackedBytes } from './array-bytes.ts';
import { arraySource } from './array-source.ts';
import { axesOf } from './axes.ts';
import type { ImageSource } from './image-source.ts';

const TYPES: Readonly<Record<NpyHeader['type'], ElementType>> = {
  b1: 'uint8',
  i1: 'int8',
  u1: 'uint8',
  i2: 'int16',
  u2: 'uint16',
  i4: 'int32',
  u4: 'uint32',
  i8: 'int64',
  u8: 'uint64',
  f4: 'float32',
  f8: 'float64',
};

/** Plain or gzip-compressed. @throws ArrayFileError */
export async function npySource(file: ArrayFile): Promise<ImageSource> {
  const isZipped = isGzip(await file.read(0, 2));
  const start = await (isZipped
    ? firstInflated(file, MOST_NPY_HEADER_BYTES)
    : file.read(0, MOST_NPY_HEADER_BYTES));
  const { type, littleEndian, shape, fortranOrder, dataStart } = parseNpyHeader(file.name, start);
  const fastestFirst = fortranOrder ? shape : [...shape].reverse();
  const lengthBytes = elementCount(file.name, shape) * elementBytes(TYPES[type]);
  expectToHold(file, dataStart + lengthBytes, 0, isZipped ? 'gzip' : undefined);
  return arraySource({
    name: file.name,
    type: TYPES[type],
    littleEndian,
    ...axesOf(file.name, fastestFirst, shape.length === 4 ? 3 : undefined),
    open: () =>
      isZipped
        ? unpackedBytes(file, { start: 0, skip: dataStart, lengthBytes })
        : plainBytes(file, dataStart),
  });
}
