/**
 * The skeleton of a TIFF: byte order, classic or BigTIFF, and the tags of an image's directory as numbers.
 * Nothing is allocated or read because a count says so unless the file is long enough to hold it.
 */
import type { TiffSource } from './source.ts';
import { TiffError } from './tiff-error.ts';

/** Nearly every writer puts the directory at one end of the file: the beginning is read, and the end where it is not there. */
const END_BYTES = 1024;
/** More pages than any stack holds: a longer chain is an error in the file. */
const MOST_PAGES = 100_000;

interface Format {
  readonly source: TiffSource;
  readonly littleEndian: boolean;
  readonly bigTiff: boolean;
  readonly view: (start: number, length: number) => Promise<DataView>;
}

/** Numbers of one tag; reads as many as asked for and no more than there are. */
export interface Directory {
  readonly littleEndian: boolean;
  readonly bigTiff: boolean;
  /** Images in the file. */
  readonly pages: number;
  count(tag: number): number;
  numbers(tag: number, most: number): Promise<number[]>;
  /** Of a tag of text, its first bytes; empty where it is absent or not text. */
  text(tag: number): Promise<string>;
}

/** The images of one file. */
export interface Directories {
  readonly pages: number;
  /** Throws `TiffError`. */
  at(page: number): Promise<Directory>;
}

interface Entry {
  readonly type: number;
  readonly count: number;
  /** Of the value, or of the place that holds it. */
  readonly position: number;
}

/** The file's first directory. Throws `TiffError`. */
export const readDirectory = async (source: TiffSource): Promise<Directory> =>
  (await openDirectories(source)).at(0);

/** Follows the chain of directories to its end. Throws `TiffError`. */
export async function openDirectories(source: TiffSource): Promise<Directories> {
  const { format, first } = await openFormat(source);
  const offsets = await pageOffsets(format, first);
  return {
    pages: offsets.length,
    async at(page) {
      return directoryOf(format, await readEntries(format, offsets[page]!), offsets.length);
    },
  };
}

const directoryOf = (format: Format, entries: ReadonlyMap<number, Entry>, pages: number): Directory => ({
  littleEndian: format.littleEndian,
  bigTiff: format.bigTiff,
  pages,
  count: (tag) => entries.get(tag)?.count ?? 0,
  numbers: async (tag, most) => {
    const entry = entries.get(tag);
    return entry === undefined ? [] : readNumbers(format, tag, entry, most);
  },
  text: async (tag) => {
    const entry = entries.get(tag);
    if (entry?.type !== TEXT) return '';
    const { buffer, byteOffset, byteLength } = await format.view(
      entry.position,
      Math.min(entry.count, MOST_TEXT_BYTES),
    );
    return Buffer.from(buffer, byteOffset, byteLength).toString('latin1');
  },
});

const TEXT = 2;
const MOST_TEXT_BYTES = 4096;

async function openFormat(source: TiffSource): Promise<{ format: Format; first: number }> {
  if (source.size === 0) throw new TiffError('truncated', source.name, 'the file is empty (0 bytes)');
  if (source.size < 8)
    throw new TiffError('truncated', source.name, `the file ends after ${source.size} bytes`);
  const view = await openWindow(source);
  const header = await view(0, Math.min(16, source.size));
  const mark = header.getUint16(0);
  const littleEndian = mark === 0x4949;
  const version = header.getUint16(2, littleEndian);
  if ((!littleEndian && mark !== 0x4d4d) || (version !== 42 && version !== 43))
    throw new TiffError('not-tiff', source.name, 'not a TIFF file');
  const bigTiff = version === 43;
  if (bigTiff && (source.size < 16 || header.getUint16(4, littleEndian) !== 8))
    throw new TiffError('damaged', source.name, 'the BigTIFF header is wrong');
  const format = { source, littleEndian, bigTiff, view };
  return { format, first: pointer(format, header, bigTiff ? 8 : 4) };
}

async function openWindow(source: TiffSource): Promise<Format['view']> {
  const head = Math.min(END_BYTES, source.size);
  const tail = Math.max(head, source.size - END_BYTES);
  const read = async (start: number, end: number) => (await source.read([{ start, end }]))[0];
  const first = await read(0, head);
  let last: Uint8Array | undefined;
  return async (start, length) => {
    if (start < 0 || start + length > source.size)
      throw new TiffError(
        'truncated',
        source.name,
        `the header points beyond the end (${source.size} bytes)`,
      );
    const isInTail = start >= tail && start + length > head;
    if (isInTail) last ??= await read(tail, source.size);
    const bytes =
      start + length <= head
        ? first?.subarray(start, start + length)
        : isInTail
          ? last?.subarray(start - tail, start - tail + length)
          : await read(start, start + length);
    if (bytes?.length !== length)
      throw new TiffError('truncated', source.name, 'the file is shorter than its listing says');
    return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  };
}

async function readEntries(format: Format, offset: number): Promise<Map<number, Entry>> {
  const count = await entryCount(format, offset);
  const { bigTiff, littleEndian, source } = format;
  const start = offset + (bigTiff ? 8 : 2);
  const entryBytes = bigTiff ? 20 : 12;
  const pointerBytes = bigTiff ? 8 : 4;
  const view = await format.view(start, count * entryBytes + pointerBytes);
  const entries = new Map<number, Entry>();
  for (let index = 0; index < count; index++) {
    const at = index * entryBytes;
    const tag = view.getUint16(at, littleEndian);
    const type = view.getUint16(at + 2, littleEndian);
    const values = pointer(format, view, at + 4);
    const valueAt = at + 4 + pointerBytes;
    const isInline = (TYPE_BYTES[type] ?? 1) * values <= pointerBytes;
    const position = isInline ? start + valueAt : pointer(format, view, valueAt);
    if (!entries.has(tag)) entries.set(tag, { type, count: values, position });
  }
  if (count === 0) throw new TiffError('damaged', source.name, 'the directory has no tags');
  return entries;
}

async function entryCount(format: Format, offset: number): Promise<number> {
  const { bigTiff, littleEndian, source } = format;
  if (offset < 8) throw new TiffError('damaged', source.name, 'the file has no image directory');
  const count = bigTiff
    ? pointer(format, await format.view(offset, 8), 0)
    : (await format.view(offset, 2)).getUint16(0, littleEndian);
  if (count > 0xffff) throw new TiffError('damaged', source.name, `the directory claims ${count} tags`);
  return count;
}

/** Where each directory lies; without its bounds, a file that loops would keep its reader for ever. */
async function pageOffsets(format: Format, first: number): Promise<number[]> {
  const seen = new Set<number>();
  for (let next = first; seen.size === 0 || next !== 0; ) {
    if (seen.has(next) || seen.size > MOST_PAGES)
      throw new TiffError('damaged', format.source.name, 'the chain of pages does not end');
    seen.add(next);
    const count = await entryCount(format, next);
    const end = next + (format.bigTiff ? 8 + count * 20 : 2 + count * 12);
    next = pointer(format, await format.view(end, format.bigTiff ? 8 : 4), 0);
  }
  return [...seen];
}

/** An offset or count: 8 bytes in BigTIFF, 4 in classic TIFF. Beyond 2^53 it is beyond any file, too. */
const pointer = (
  { bigTiff, littleEndian }: Pick<Format, 'bigTiff' | 'littleEndian'>,
  view: DataView,
  at: number,
) => (bigTiff ? Number(view.getBigUint64(at, littleEndian)) : view.getUint32(at, littleEndian));

/** Bytes of the field types that hold whole numbers: BYTE, SHORT, LONG, IFD, LONG8, IFD8; and of the others. */
const TYPE_BYTES: Readonly<Record<number, number>> = {
  1: 1,
  2: 1,
  3: 2,
  4: 4,
  5: 8,
  6: 1,
  7: 1,
  8: 2,
  9: 4,
  10: 8,
  11: 4,
  12: 8,
  13: 4,
  16: 8,
  17: 8,
  18: 8,
};
const WHOLE_NUMBERS: ReadonlySet<number> = new Set([1, 3, 4, 13, 16, 18]);

async function readNumbers(format: Format, tag: number, entry: Entry, most: number): Promise<number[]> {
  const { source, littleEndian } = format;
  const bytes = TYPE_BYTES[entry.type];
  if (bytes === undefined || !WHOLE_NUMBERS.has(entry.type))
    throw new TiffError('damaged', source.name, `tag ${tag} has type ${entry.type}, expected a whole number`);
  if (entry.count * bytes > source.size)
    throw new TiffError('damaged', source.name, `tag ${tag} claims ${entry.count} values`);
  const count = Math.min(entry.count, most);
  const view = await format.view(entry.position, count * bytes);
  return Array.from({ length: count }, (_, index) => {
    const at = index * bytes;
    if (bytes === 1) return view.getUint8(at);
    if (bytes === 2) return view.getUint16(at, littleEndian);
    if (bytes === 4) return view.getUint32(at, littleEndian);
    return Number(view.getBigUint64(at, littleEndian));
  });
}
