/** Which formats and encodings of volumes go together, and with what raw data. */
import { PermanentError } from '../shared/engine/errors.ts';
import { type PictureKind, pictureLimit } from '../shared/volume/codecs/picture-limit.ts';
import type { JobParameters } from './parameters.ts';

/** Volumes that no format holds: what was asked for, and what to do. */
export class OutputFormatError extends PermanentError {
  override readonly name = 'OutputFormatError';
}

/** `dataType`: of the raw data, where it is known. Throws `OutputFormatError`. */
export function checkOutputFormat(
  { format, encoding, chunkSize }: JobParameters,
  dataType: PictureKind['dataType'] | undefined,
): void {
  if (encoding === 'raw') return;
  if (format === 'zarr')
    throw new OutputFormatError(
      `--encoding ${encoding} is for precomputed volumes: zarr's chunks hold plain voxels, compressed. Leave --encoding out, or --format zarr.`,
    );
  if (dataType === undefined) return;
  const limit = pictureLimit(encoding, { dataType, channels: 1, chunkSize });
  if (limit === undefined) return;
  throw new OutputFormatError(
    `--encoding ${encoding} holds ${limit.holds}; the acquisition is of ${dataType}, in chunks of ${chunkSize.join(' x ')} voxels: ${limit.remedy}.`,
  );
}
