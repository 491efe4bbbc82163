/** What the words of `cloudreg export` say. */
import type { NgffVersion } from '../../shared/volume/zarr/zarr-layout.ts';

export interface ExportFlags {
  readonly mip?: number;
  readonly resolution?: number;
  readonly isotropic?: true;
  readonly bounds?: readonly number[];
  readonly channel?: number;
  readonly ngff?: NgffVersion;
  readonly sharded?: true;
  readonly force?: true;
  readonly json?: true;
}
