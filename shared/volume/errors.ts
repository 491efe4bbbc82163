/** What can be wrong with a volume. All are permanent: the same files fail again. */
import { PermanentError } from '../engine/errors.ts';

/** No volume, or an `info` that is not what the format says. */
export class VolumeError extends PermanentError {
  override readonly name = 'VolumeError';
}

/** A sound volume, stored in a way that this version does not read: `feature` names it. */
export class UnsupportedVolumeError extends PermanentError {
  override readonly name = 'UnsupportedVolumeError';
  readonly feature: string;
  constructor(where: string, feature: string) {
    super(
      `${where}: ${feature} is not supported. Read are raw, jpeg, png and compressed_segmentation; plain, gzip, ` +
        'brotli or zstd; sharded or not; and OME-Zarr in C order, gzip, zlib, zstd or plain. Convert the volume first, for example with igneous or cloud-volume.',
    );
    this.feature = feature;
  }
}

/** A chunk that cannot be decoded or has the wrong length. */
export class ChunkError extends PermanentError {
  override readonly name = 'ChunkError';
  /** Key of the chunk in its store. */
  readonly chunk: string;
  /** What was found and what was expected. */
  readonly problem: string;
  constructor(chunk: string, problem: string, cause?: unknown) {
    super(`${chunk}: ${problem}. The chunk is damaged: write it again.`, { cause });
    this.chunk = chunk;
    this.problem = problem;
  }
}
