/** MetaImage files (.mha, .mhd with its data beside it), as ITK and elastix write them, by planes. */
import { type ArrayFile, ArrayFileError, elementCount, expectToHold } from '../array-file.ts';
import { umPer } from '../array-file-space.ts';
import { type ElementType, elementBytes } from '../elements.ts';
import { type ArrayBytes, plainBytes, unpackedBytes } from './array-bytes.ts';
import { arraySource } from './array-source.ts';
import { axesOf, voxelSizeOf } from './axes.ts';
import type { ImageFrame, ImageSource } from './image-source.ts';

const TYPES: Readonly<Record<string, ElementType>> = {
  MET_CHAR: 'int8',
  MET_UCHAR: 'uint8',
  MET_SHORT: 'int16',
  MET_USHORT: 'uint16',
  MET_INT: 'int32',
  MET_UINT: 'uint32',
  MET_LONG_LONG: 'int64',
  MET_ULONG_LONG: 'uint64',
  MET_FLOAT: 'float32',
  MET_DOUBLE: 'float64',
};

const MOST_HEADER_BYTES = 2 ** 16;
const NIFTI_MM = 2;

type Fields = ReadonlyMap<string, string>;

/** Lengths are millimetres, as ITK has them. @throws ArrayFileError */
export async function metaImageSource(file: ArrayFile): Promise<ImageSource> {
  const { fields, dataStart } = await readFields(file);
  const size = numbers(fields.get('DimSize'));
  const channels = Number(fields.get('ElementNumberOfChannels') ?? 1);
  const type = TYPES[fields.get('ElementType') ?? ''];
  if (type === undefined)
    throw new ArrayFileError(
      file.name,
      `elements of type ${fields.get('ElementType')} are not read: use one of ${Object.keys(TYPES).join(', ')}`,
    );
  const shape = channels === 1 ? size : [channels, ...size];
  const lengthBytes = elementCount(file.name, shape) * elementBytes(type);
  const spacing = numbers(fields.get('ElementSpacing') ?? fields.get('ElementSize'));
  const voxelSizeUm = voxelSizeOf(spacing.map((step) => step * umPer(NIFTI_MM, spacing)));
  return arraySource({
    name: file.name,
    type,
    littleEndian: !/^true$/i.test(
      fields.get('BinaryDataByteOrderMSB') ?? fields.get('ElementByteOrderMSB') ?? '',
    ),
    ...axesOf(file.name, shape, channels === 1 ? undefined : 0),
    voxelSizeUm,
    frame: voxelSizeUm && frameOf(fields, voxelSizeUm),
    open: await dataOf(file, fields, dataStart, lengthBytes),
  });
}

async function readFields(file: ArrayFile): Promise<{ fields: Fields; dataStart: number }> {
  const start = await file.read(0, MOST_HEADER_BYTES);
  const text = Buffer.from(start).toString('latin1');
  const end = /^ElementDataFile\s*=.*\r?\n?/m.exec(text);
  if (end === null) throw new ArrayFileError(file.name, 'its header has no ElementDataFile, which ends it');
  const dataStart = end.index + end[0].length;
  const fields = new Map<string, string>();
  for (const line of text.slice(0, dataStart).split(/\r?\n/)) {
    const [, key, value] = /^\s*(\w+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (key !== undefined && value !== undefined) fields.set(key, value);
  }
  return { fields, dataStart };
}

const numbers = (text: string | undefined): number[] => (text ? text.split(/\s+/).map(Number) : []);

async function dataOf(
  file: ArrayFile,
  fields: Fields,
  dataStart: number,
  lengthBytes: number,
): Promise<() => ArrayBytes> {
  const name = fields.get('ElementDataFile')!;
  if (/^(LIST\b|.*%\d*d)/.test(name) || fields.has('HeaderSize'))
    throw new ArrayFileError(
      file.name,
      `data in several files or behind a header (${name}); expected one file`,
    );
  if (/^false$/i.test(fields.get('BinaryData') ?? 'true'))
    throw new ArrayFileError(file.name, 'its data are text; expected BinaryData = True');
  const [holder, start] = name === 'LOCAL' ? [file, dataStart] : [await file.sibling(name), 0];
  const isZipped = /^true$/i.test(fields.get('CompressedData') ?? '');
  expectToHold(holder, lengthBytes, start, isZipped ? 'gzip' : undefined);
  return () =>
    isZipped ? unpackedBytes(holder, { start, skip: 0, lengthBytes }) : plainBytes(holder, start);
}

/** ITK's positions grow to the left, back and up; each axis' direction is one row of the matrix. */
function frameOf(fields: Fields, voxelSizeUm: readonly number[]): ImageFrame | undefined {
  const matrix = numbers(
    fields.get('TransformMatrix') ?? fields.get('Rotation') ?? fields.get('Orientation'),
  );
  const offset = numbers(fields.get('Offset') ?? fields.get('Origin') ?? fields.get('Position'));
  if (matrix.length !== 9 || offset.length !== 3 || ![...matrix, ...offset].every(Number.isFinite))
    return undefined;
  const signs = [-1, -1, 1];
  return {
    affineUm: signs.map((sign, row) => [
      ...[0, 1, 2].map((axis) => sign * matrix[3 * axis + row]! * voxelSizeUm[axis]!),
      sign * offset[row]! * umPer(NIFTI_MM, []),
    ]),
  };
}
