/** Acquisitions cut from a known volume at known places, in a memory store: what fusion must give back. */
import type { Acquisition } from '../../../shared/acquisition/acquisition.ts';
import { makePlacement, type Placement } from '../../../shared/acquisition/placement.ts';
import { memoryStore } from '../../../shared/adapters/memory/store.ts';
import type { ObjectStore } from '../../../shared/engine/ports.ts';
import { encodeTiff } from '../../../shared/formats/tiff/write.ts';
import type { Vec3 } from '../../../shared/geometry/box.ts';

export interface Source {
  readonly size: Vec3;
  readonly voxels: Uint16Array;
}

export function noiseVolume(size: Vec3, seed: number): Source {
  let state = seed >>> 0;
  const next = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 16;
  return { size, voxels: Uint16Array.from({ length: size[0] * size[1] * size[2] }, next) };
}

export interface SyntheticTile {
  readonly row: number;
  readonly column: number;
  /** Whole voxels of the source. */
  readonly at: Vec3;
  readonly missing?: readonly number[];
}

export interface Synthetic {
  readonly acquisition: Acquisition;
  readonly placement: Placement;
  readonly source: ObjectStore;
}

const COLUMNS = 100;

/** Writes every plane of every tile, so that a plane in `missing` is one that only the listing calls missing. */
export async function cutAcquisition(
  volume: Source,
  tileSize: Vec3,
  tiles: readonly SyntheticTile[],
  channels: readonly number[] = [0],
): Promise<Synthetic> {
  const source = memoryStore();
  const placed = tiles.map((tile) => ({ ...tile, loc: tile.row * COLUMNS + tile.column }));
  for (const tile of placed) {
    for (let plane = 0; plane < tileSize[2]; plane++) {
      for (const channel of channels) {
        const pixels = cutPlane(volume, tileSize, tile.at, plane);
        await source.put(
          `${stem(tile.loc, channel)}${String(plane).padStart(4, '0')}.tif`,
          encodeTiff(tileSize[0], tileSize[1], pixels),
        );
      }
    }
  }
  return {
    source,
    acquisition: describe(tileSize, placed, channels),
    placement: placementOf(tileSize, placed),
  };
}

const stem = (loc: number, channel: number) => `VW0/LOC${loc}/VW0_LOC${loc}D_CM0_CHN0${channel}_PLN`;

function cutPlane({ size, voxels }: Source, [width, height]: Vec3, at: Vec3, plane: number): Uint16Array {
  const pixels = new Uint16Array(width * height);
  for (let y = 0; y < height; y++) {
    const from = at[0] + size[0] * (at[1] + y + size[1] * (at[2] + plane));
    pixels.set(voxels.subarray(from, from + width), y * width);
  }
  return pixels;
}

type Placed = SyntheticTile & { readonly loc: number };

function describe(tileSize: Vec3, tiles: readonly Placed[], channels: readonly number[]): Acquisition {
  return {
    format: 'cloudreg-acquisition/1',
    kind: 'colm',
    url: 'memory://acquisition',
    dataType: 'uint16',
    magnification: 10,
    voxelSizeUm: [1, 1, 2.5],
    tileSize: [...tileSize],
    grid: { rows: COLUMNS, columns: COLUMNS },
    overlap: { x: 0.1, y: 0.1 },
    nominalStep: { x: 1, y: 1 },
    channels: [...channels],
    rawBytes: 0,
    tiles: tiles.map(({ loc, row, column, missing = [] }) => ({
      loc,
      row,
      column,
      directory: `VW0/LOC${loc}`,
      stacks: channels.map((channel) => ({
        channel,
        stem: stem(loc, channel),
        digits: 4,
        suffix: '.tif',
        exceptions: {},
        missing: [...missing],
        layout: null,
        compressed: false,
      })),
    })),
  };
}

const placementOf = (tileSize: Vec3, tiles: readonly Placed[]): Placement =>
  makePlacement(
    { voxelSizeUm: [1, 1, 2.5], tileSize: [...tileSize], grid: { rows: COLUMNS, columns: COLUMNS } },
    tiles.map(({ loc, row, column, at }) => ({
      loc,
      row,
      column,
      directory: `VW0/LOC${loc}`,
      nominal: [...at],
      position: [...at],
      source: 'stage' as const,
    })),
  );
