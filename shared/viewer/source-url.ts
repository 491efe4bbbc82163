/** How Neuroglancer names what it reads: the format, then where it lies. */
import type { StoredMip } from '../volume/info.ts';

/** What of a volume decides how the viewer reads it. */
export interface SourceFormat {
  readonly scheme: 'precomputed' | 'zarr2' | 'zarr3';
  /**
   * Its axes besides x, y, z, as the viewer names them, slowest first: of a zarr the viewer knows all, slowest first, where
   * it takes x, y, z of a precomputed volume.
   */
  readonly leadingAxes: readonly string[];
}

export const PRECOMPUTED: SourceFormat = { scheme: 'precomputed', leadingAxes: [] };

/** A channel axis is the layer's own, which an apostrophe says. */
export function sourceFormat({ zarr }: Pick<StoredMip, 'zarr'>): SourceFormat {
  if (zarr === undefined) return PRECOMPUTED;
  const leadingAxes = zarr.leading.map(({ name, isChannel }) => (isChannel ? `${name}'` : name));
  return { scheme: `zarr${zarr.version}`, leadingAxes };
}

export const sourceUrl = (url: string, { scheme }: SourceFormat = PRECOMPUTED): string =>
  `${scheme}://${url}`;

/** As a user may paste it out of the viewer. */
export const withoutScheme = (pathOrUrl: string): string =>
  pathOrUrl.replace(/^(precomputed|zarr[23]?):\/\//, '');
