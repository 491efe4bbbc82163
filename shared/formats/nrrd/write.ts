/** Writing NRRD files (version 5, little endian), always the same bytes for the same array. */
import { gzipSync } from 'node:zlib';
import { elementTypeOf, littleEndianBytes } from '../elements.ts';
import { type NrrdMeta, nrrdHeaderText } from './header.ts';
import type { Nrrd } from './read.ts';

interface NrrdArray extends Pick<Nrrd, 'shape' | 'data'> {
  readonly meta?: NrrdMeta;
}

/** The whole file, header and data in one. */
export function encodeNrrd(array: NrrdArray, encoding: 'raw' | 'gzip' = 'gzip'): Uint8Array {
  const { header, data } = encodeDetachedNrrd(array, undefined, encoding);
  return Buffer.concat([header, data]);
}

/** A header (.nhdr) that names `dataFile`, relative to itself, and that file's bytes. */
export function encodeDetachedNrrd(
  { shape, data, meta = {} }: NrrdArray,
  dataFile: string | undefined,
  encoding: 'raw' | 'gzip' = 'gzip',
): { header: Uint8Array; data: Uint8Array } {
  const count = shape.reduce((all, size) => all * size, 1);
  if (count !== data.length)
    throw new RangeError(`${data.length} elements, but sizes ${shape.join(' x ')} are ${count}`);
  const bytes = littleEndianBytes(data);
  const text = nrrdHeaderText(elementTypeOf(data), shape, encoding, meta, dataFile);
  return { header: Buffer.from(text, 'latin1'), data: encoding === 'gzip' ? gzipSync(bytes) : bytes };
}
