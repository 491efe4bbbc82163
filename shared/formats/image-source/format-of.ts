/** What a file is, by its first bytes; its name is not looked at. */
import { type ArrayFile, isGzip } from '../array-file.ts';
import { firstInflated } from '../first-inflated.ts';
import { isPng } from '../png/png.ts';

export type FileFormat = 'TIFF' | 'PNG' | 'NRRD' | 'NIfTI' | 'npy' | 'MetaImage';

/** Enough for the last mark, NIfTI-1's. */
const START_BYTES = 352;

/** Looks into gzip, too. Undefined where the first bytes are of no kind that is known. @throws ArrayFileError */
export async function formatOf(file: ArrayFile): Promise<FileFormat | undefined> {
  const start = await file.read(0, START_BYTES);
  if (!isGzip(start)) return formatOfBytes(start);
  const inside = formatOfBytes(await firstInflated(file, START_BYTES));
  return inside === 'NIfTI' || inside === 'npy' ? inside : undefined;
}

function formatOfBytes(bytes: Uint8Array): FileFormat | undefined {
  const text = Buffer.from(bytes).toString('latin1');
  if (TIFF_MARKS.includes(text.slice(0, 4))) return 'TIFF';
  if (isPng(bytes)) return 'PNG';
  if (text.startsWith('NRRD')) return 'NRRD';
  if (text.startsWith('\x93NUMPY')) return 'npy';
  if (/^(ObjectType|NDims|Comment)\s*=/.test(text)) return 'MetaImage';
  return isNifti(text) ? 'NIfTI' : undefined;
}

/** The header's size in either byte order, or one of the marks. */
const isNifti = (text: string): boolean =>
  HEADER_SIZES.includes(text.slice(0, 4)) || MARK.test(text.slice(344, 347)) || MARK.test(text.slice(4, 7));

/** 348 and 540, little and big endian. */
const HEADER_SIZES = ['\x5c\x01\0\0', '\0\0\x01\x5c', '\x1c\x02\0\0', '\0\0\x02\x1c'];
const MARK = /^n[i+][12]$/;

/** Classic and BigTIFF, little and big endian. */
const TIFF_MARKS = ['II*\0', 'II+\0', 'MM\0*', 'MM\0+'];
