/** One axis of a tile at low resolution, and where the preview's voxels fall on it. */

/** Along an axis of a tile: cell n is a mean over the tile's voxels n x factor to (n + 1) x factor. */
export interface TileAxis {
  /** Voxels of the tile. */
  readonly extent: number;
  readonly factor: number;
  /** Mean coordinate of what cell n holds, in voxels of the tile; NaN where it holds nothing. */
  readonly centres: readonly number[];
}

/** Centres of blocks of pixels; the last block has what the tile still has. */
export function blockAxis(extent: number, factor: number): TileAxis {
  const centres = Array.from(
    { length: Math.ceil(extent / factor) },
    (_, cell) => (cell * factor + Math.min((cell + 1) * factor, extent) - 1) / 2,
  );
  return { extent, factor, centres };
}

/** The preview's voxels `start` to `start + first.length`: a weighted mean of two cells each. */
export interface AxisSamples {
  readonly start: number;
  /** Cell on one side; -1 where the tile has nothing. */
  readonly first: Int32Array;
  readonly second: Int32Array;
  /** Of `second`; `first` has the rest. */
  readonly share: Float32Array;
  /** In voxels from the tile's nearer end: what feathering weighs with; above 0. */
  readonly distance: Float32Array;
}

/**
 * Where the preview's voxel centres fall on a tile that begins at `position`, in voxels of the full volume, which has
 * `length` of them. Linear between the cells' true centres; beyond the last centre and beside an empty cell, constant.
 */
export function sampleAxis(axis: TileAxis, position: number, length: number): AxisSamples {
  const { extent, factor } = axis;
  const { centres } = blockAxis(length, factor);
  const inTile = (centre: number): number => centre - position;
  const covers = (centre: number): boolean => inTile(centre) >= -0.5 && inTile(centre) < extent - 0.5;
  const start = Math.max(0, centres.findIndex(covers));
  const coordinates = centres.filter(covers).map(inTile);
  const samples = coordinates.map((coordinate) => sampleAt(axis, coordinate));
  return {
    start,
    first: Int32Array.from(samples, ([first]) => first),
    second: Int32Array.from(samples, ([, second]) => second),
    share: Float32Array.from(samples, ([, , share]) => share),
    distance: Float32Array.from(coordinates, (at) => Math.min(at, extent - 1 - at) + 1),
  };
}

function sampleAt({ centres, factor }: TileAxis, at: number): readonly [number, number, number] {
  const cell = Math.min(centres.length - 1, Math.floor((at + 0.5) / factor));
  const centre = centres[cell]!;
  if (Number.isNaN(centre)) return [-1, -1, 0];
  const other = at < centre ? cell - 1 : cell + 1;
  const otherCentre = centres[other] ?? Number.NaN;
  return Number.isNaN(otherCentre) ? [cell, cell, 0] : [cell, other, (at - centre) / (otherCentre - centre)];
}
