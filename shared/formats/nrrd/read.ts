/** Reading NRRD files: raw, gzip, bzip2, ascii and hex, attached or with data files of their own. */
import {
  type ArrayFile,
  ArrayFileError,
  elementCount,
  expectToFit,
  expectToHold,
  gatherBytes,
  inflated,
  type Packing,
} from '../array-file.ts';
import { unbzipped } from '../bzip2/unbzip.ts';
import { type ElementArray, type ElementType, elementBytes, elementsFrom } from '../elements.ts';
import { type NrrdEncoding, type NrrdHeader, type NrrdMeta, parseNrrdHeader } from './header.ts';
import { elementsFromText } from './text-data.ts';

export interface Nrrd {
  readonly type: ElementType;
  /** Fastest axis first. */
  readonly shape: readonly number[];
  readonly data: ElementArray;
  readonly meta: NrrdMeta;
}

/** Takes at most three times the memory of the array. @throws ArrayFileError */
export async function readNrrd(file: ArrayFile): Promise<Nrrd> {
  const { header, dataStart } = await readNrrdHeader(file);
  const { type, shape, meta } = header;
  const bytes = elementCount(file.name, shape) * elementBytes(type);
  expectToFit(file, bytes);
  if (header.dataFiles === undefined)
    return { type, shape, data: await readData(file, dataStart, header, bytes), meta };
  const share = shareOf(file, header, header.dataFiles, bytes);
  return { type, shape, data: await readDataFiles(file, header, header.dataFiles, share), meta };
}

/** Bytes of the array in each of its files. */
export function shareOf(
  file: ArrayFile,
  { type }: NrrdHeader,
  dataFiles: readonly string[],
  bytes: number,
): number {
  const share = bytes / dataFiles.length;
  if (Number.isInteger(share / elementBytes(type))) return share;
  throw new ArrayFileError(file.name, `${dataFiles.length} data files cannot share ${bytes} bytes`);
}

const MOST_HEADER_BYTES = 1 << 20;

export async function readNrrdHeader(file: ArrayFile): Promise<{ header: NrrdHeader; dataStart: number }> {
  const bytes = await file.read(0, Math.min(MOST_HEADER_BYTES, file.sizeBytes));
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
  const end = /\r?\n\r?\n/.exec(text);
  if (end === null && !/^data ?file:/im.test(text) && text.startsWith('NRRD'))
    throw new ArrayFileError(file.name, 'its header does not end with an empty line');
  const header = parseNrrdHeader(file.name, text.slice(0, end?.index ?? text.length));
  return { header, dataStart: end === null ? text.length : end.index + end[0].length };
}

async function readDataFiles(
  file: ArrayFile,
  header: NrrdHeader,
  names: readonly string[],
  share: number,
): Promise<ElementArray> {
  const files = await Promise.all(names.map((name) => file.sibling(name)));
  for (const part of files) expectData(part, 0, header, share);
  const whole = new Uint8Array(share * files.length);
  for (const [index, part] of files.entries()) {
    const { buffer, byteOffset, byteLength } = await readData(part, 0, header, share);
    whole.set(new Uint8Array(buffer, byteOffset, byteLength), index * share);
  }
  // The parts are in this machine's byte order.
  return elementsFrom(whole, header.type, new Uint8Array(new Uint16Array([1]).buffer)[0] === 1);
}

/** What begins at `start` of a file, `bytes` long when decoded. */
export async function readData(
  file: ArrayFile,
  start: number,
  header: NrrdHeader,
  bytes: number,
): Promise<ElementArray> {
  const { encoding, type, littleEndian } = header;
  expectData(file, start, header, bytes);
  if (header.byteSkip === -1) {
    const from = file.sizeBytes - bytes;
    return elementsFrom(await gatherBytes(file.name, file.stream(from), 0, bytes), type, littleEndian);
  }
  const from = start + (await skippedBytes(file, start, header.lineSkip));
  if (encoding === 'ascii' || encoding === 'hex')
    return elementsFromText(file, from + header.byteSkip, header, bytes / elementBytes(type));
  const packing = packingOf(encoding);
  const pieces = packing === undefined ? file.stream(from) : unpackers[packing](file, from);
  return elementsFrom(await gatherBytes(file.name, pieces, header.byteSkip, bytes), type, littleEndian);
}

export const packingOf = (encoding: NrrdEncoding): Packing | undefined =>
  encoding === 'gzip' || encoding === 'bzip2' ? encoding : undefined;

/** What undoes each, from a place in a file to its end. */
export const unpackers = { gzip: inflated, bzip2: unbzipped } as const;

/** Refuses, before anything is allocated, data that the file cannot hold. */
export function expectData(
  file: ArrayFile,
  start: number,
  { encoding, byteSkip, type }: NrrdHeader,
  bytes: number,
): void {
  if (byteSkip === -1 && encoding !== 'raw')
    throw new ArrayFileError(file.name, `byte skip -1 with encoding ${encoding}, expected raw`);
  // Each number takes at least a digit and a space.
  const asText = { hex: 2 * bytes, ascii: (2 * bytes) / elementBytes(type) - 1 };
  const needed = encoding === 'hex' || encoding === 'ascii' ? asText[encoding] : bytes;
  expectToHold(file, needed, start, packingOf(encoding));
}

/** Bytes of the first `lines` lines behind `start`. */
export async function skippedBytes(file: ArrayFile, start: number, lines: number): Promise<number> {
  if (lines === 0) return 0;
  const text = await file.read(start, Math.min(MOST_HEADER_BYTES, Math.max(0, file.sizeBytes - start)));
  let at = 0;
  for (let line = 0; line < lines; line++) {
    at = text.indexOf(10, at) + 1;
    if (at === 0) throw new ArrayFileError(file.name, `line skip ${lines}, but it has fewer lines`);
  }
  return at;
}
