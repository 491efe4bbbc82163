/** Of what kind the volume is, and how its chunks hold it; combinations that no format has are refused. */
import type { ElementType } from '../../../shared/formats/elements.ts';
import type { Vec3 } from '../../../shared/geometry/box.ts';
import { pictureLimit } from '../../../shared/volume/codecs/picture-limit.ts';
import { type DataType, dataTypes } from '../../../shared/volume/data-type.ts';
import type { Mip } from '../../../shared/volume/scales.ts';
import type { ConversionParameters } from '../../conversion-parameters.ts';
import { ConversionError } from './conversion-error.ts';

interface Input {
  readonly name: string;
  readonly dtype: ElementType;
  readonly channels: number;
  readonly isLabels: boolean;
}

interface OutputKind {
  readonly type: 'image' | 'segmentation';
  readonly dataType: DataType;
  readonly stored: Pick<Mip<DataType>, 'labelBlock' | 'picture'>;
}

const LABEL_BLOCK: Vec3 = [8, 8, 8];

export function outputKind(input: Input, wishes: ConversionParameters, chunkSize: Vec3): OutputKind {
  const isLabels = isLabelled(input, wishes);
  const dataType = wishes.dtype === 'auto' ? ownType(input, isLabels, wishes.encoding) : wishes.dtype;
  const kind = { type: isLabels ? 'segmentation' : 'image', dataType } as const;
  if (isLabels && dataType === 'float32')
    throw new ConversionError(
      `${input.name} is to become a segmentation of float32, but labels are whole numbers`,
      'Give --dtype uint32, or --mode image.',
    );
  checkEncoding(kind, input.channels, wishes.encoding, chunkSize);
  return { ...kind, stored: storedAs(wishes.encoding) };
}

function isLabelled(
  { dtype, isLabels }: Input,
  { mode, encoding, dtype: wanted }: ConversionParameters,
): boolean {
  if (mode !== 'auto') return mode === 'segmentation';
  return (
    encoding === 'compressed_segmentation' || isLabels || (wanted === 'auto' ? dtype : wanted) === 'uint64'
  );
}

function ownType(
  { name, dtype }: Input,
  isLabels: boolean,
  encoding: ConversionParameters['encoding'],
): DataType {
  if (encoding === 'compressed_segmentation') return dtype.endsWith('64') ? 'uint64' : 'uint32';
  if (dtype === 'float64') return 'float32';
  if (dtype === 'int64' && isLabels) return 'uint64';
  const found = dataTypes.find((type) => type === dtype);
  if (found !== undefined) return found;
  throw new ConversionError(
    `${name} holds ${dtype}, which no precomputed volume does`,
    'Give --dtype, for example --dtype int32, or --mode segmentation.',
  );
}

function storedAs(encoding: ConversionParameters['encoding']): OutputKind['stored'] {
  if (encoding === 'compressed_segmentation') return { labelBlock: LABEL_BLOCK };
  return encoding === 'raw' ? {} : { picture: encoding };
}

function checkEncoding(
  { type, dataType }: Pick<OutputKind, 'type' | 'dataType'>,
  channels: number,
  encoding: ConversionParameters['encoding'],
  chunkSize: Vec3,
): void {
  const refuse = (holds: string, remedy: string): never => {
    throw new ConversionError(
      `--encoding ${encoding} holds ${holds}; this would be a ${type} of ${channels} channel${channels === 1 ? '' : 's'} of ${dataType}`,
      remedy,
    );
  };
  if (encoding === 'compressed_segmentation') {
    if (type === 'image' || (dataType !== 'uint32' && dataType !== 'uint64'))
      refuse('segmentations of uint32 and uint64', 'Leave --mode and --dtype out, or take --encoding raw.');
  } else if (encoding !== 'raw' && type === 'segmentation')
    refuse('images', 'Take --encoding raw or compressed_segmentation.');
  if (encoding !== 'jpeg' && encoding !== 'png') return;
  const limit = pictureLimit(encoding, { dataType, channels, chunkSize });
  if (limit === undefined) return;
  const { holds, types, remedy } = limit;
  refuse(
    holds,
    types ? `Give --dtype ${types}, or ${remedy}.` : `${remedy[0]!.toUpperCase()}${remedy.slice(1)}.`,
  );
}
