/** What fusion made of a channel, beside the clean source that its tiles were cut from. */
import { readFileSync } from 'node:fs';
import { type PlacedTile, placedTiles, placementFile } from '../../shared/acquisition/placement.ts';
import { openStore } from '../../shared/adapters/open-store.ts';
import { readFile } from '../../shared/engine/files.ts';
import { readNpy, toFloat32 } from '../../shared/formats/npy.ts';
import type { Vec3 } from '../../shared/geometry/box.ts';
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
  /** How many tiles lie over each voxel. */
  readonly coverage: Uint8Array;
  /** The source at a voxel of the volume, once the shift common to all tiles is out; undefined beyond its border. */
  clean(x: number, y: number, z: number): number | undefined;
}

const VOLUME = 'CHN00';

export async function readFused(acquisition: string, output: string): Promise<FusedChannel> {
  const store = await openStore(output);
  const placement = await readFile(store, placementFile);
  const { tiles, source_origin_voxel } = readTruth(acquisition);
  const trueVoxels = new Map(tiles.map(({ loc, true_voxel }) => [loc, true_voxel]));
  const strayed = (i: 0 | 1 | 2): number[] =>
    placement.tiles.map(({ loc, position }) => trueVoxels.get(loc)![i] - position[i]);
  const shift = axes((i) => Math.round(median(strayed(i))));
  const placed = placedTiles(placement);
  const volume = await openVolume(store, VOLUME);
  const { data } = await volume.read(0, { start: [0, 0, 0], end: placement.size });
  return {
    size: placement.size,
    voxels: data as ArrayLike<number>,
    tiles: placed,
    coverage: countTiles(placed, placement.size),
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

function countTiles(tiles: readonly PlacedTile[], size: Vec3): Uint8Array {
  const coverage = new Uint8Array(size[0] * size[1] * size[2]);
  for (const { box } of tiles)
    for (let z = box.start[2]; z < box.end[2]; z++)
      for (let y = box.start[1]; y < box.end[1]; y++) {
        const row = size[0] * (y + size[1] * z);
        for (let at = row + box.start[0]; at < row + box.end[0]; at++) coverage[at] = coverage[at]! + 1;
      }
  return coverage;
}
