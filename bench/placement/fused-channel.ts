/** What fusion made of a channel, beside the clean source that its tiles were cut from. */
import { readFileSync } from 'node:fs';
import { type PlacedTile, placedTiles, placementFile } from '../../shared/acquisition/placement.ts';
import { openStore } from '../../shared/adapters/open-store.ts';
import { readFile } from '../../shared/engine/files.ts';
import { readNpy, toFloat32 } from '../../shared/formats/npy.ts';
import { boxAt, type Vec3 } from '../../shared/geometry/box.ts';
import { median } from '../../shared/numerics/statistics.ts';
import { openVolume } from '../../shared/volume/open-volume.ts';
import { axes } from './judge-placement.ts';
import { sourceFile } from './make-acquisition.ts';
import { readTruth } from './truth.ts';

export interface FusedChannel {
  readonly size: Vec3;
  /** Mip 0, x fastest. */
  readonly voxels: ArrayLike<number>;
  readonly tiles: readonly PlacedTile[];
  /** How many tiles lie over each voxel by the truth. */
  readonly coverage: Uint8Array;
  /** The source at a voxel of the volume, once the shift common to all tiles is out; undefined beyond its border. */
  clean(x: number, y: number, z: number): number | undefined;
}

const VOLUME = 'CHN00';

export async function readFused(acquisition: string, output: string): Promise<FusedChannel> {
  const store = await openStore(output);
  const placement = await readFile(store, placementFile);
  const { tiles, source_origin_voxel } = readTruth(acquisition);
  const present = tiles.filter((tile) => tile.present);
  const shift = axes((i) =>
    Math.round(
      median(
        placement.tiles.map(
          ({ loc, position }) => present.find((tile) => tile.loc === loc)!.true_voxel[i] - position[i],
        ),
      ),
    ),
  );
  const corners = present.map(({ true_voxel }) => axes((i) => Math.round(true_voxel[i] - shift[i])));
  const volume = await openVolume(store, VOLUME);
  const { data } = await volume.read(0, { start: [0, 0, 0], end: placement.size });
  return {
    size: placement.size,
    voxels: data as ArrayLike<number>,
    tiles: placedTiles(placement),
    coverage: countTiles(corners, placement.tileSize, placement.size),
    clean: sourceAt(
      acquisition,
      axes((i) => source_origin_voxel[i] + shift[i]),
    ),
  };
}

function sourceAt(acquisition: string, origin: Vec3): FusedChannel['clean'] {
  const npy = readNpy(readFileSync(sourceFile(acquisition)));
  const values = toFloat32(npy);
  const [depth = 0, height = 0, width = 0] = npy.shape;
  return (x, y, z) => {
    const [sx, sy, sz] = [x + origin[0], y + origin[1], z + origin[2]];
    if (sx < 0 || sy < 0 || sz < 0 || sx >= width || sy >= height || sz >= depth) return undefined;
    return values[(sz * height + sy) * width + sx]!;
  };
}

function countTiles(corners: readonly Vec3[], tileSize: Vec3, size: Vec3): Uint8Array {
  const coverage = new Uint8Array(size[0] * size[1] * size[2]);
  for (const corner of corners) {
    const { start, end } = boxAt(corner, tileSize);
    for (let z = Math.max(0, start[2]); z < Math.min(end[2], size[2]); z++)
      for (let y = Math.max(0, start[1]); y < Math.min(end[1], size[1]); y++)
        for (let x = Math.max(0, start[0]); x < Math.min(end[0], size[0]); x++) {
          const at = x + size[0] * (y + size[1] * z);
          coverage[at] = coverage[at]! + 1;
        }
  }
  return coverage;
}
