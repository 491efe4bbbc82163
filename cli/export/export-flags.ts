/** What the words of `cloudreg export` say. */
import type { NgffVersion } from '../../shared/export/ome-zarr/multiscale.ts';

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
