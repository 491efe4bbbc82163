/**
 * Puts reduced tiles together, plane by plane of the preview: trilinear between their voxels, feathered by the distance
 * to the nearer edge, so that two tiles' weights are linear over their overlap. Memory holds the slices of one layer.
 */

import { readReducedTile } from '../../../shared/acquisition/reduced-tile.ts';
import type { ObjectStore } from '../../../shared/engine/ports.ts';
import type { Vec3 } from '../../../shared/geometry/box.ts';
import { inParallel } from '../../../shared/in-parallel.ts';
import type { AxisSamples } from './axis.ts';
import { type PreviewTile, READS_IN_FLIGHT } from './preview-tiles.ts';
import type { ReducedCorrection } from './reduced-correction.ts';

export interface Assembly {
  readonly store: ObjectStore;
  readonly tiles: readonly PreviewTile[];
  /** Voxels of the preview. */
  readonly size: Vec3;
  /** Planes that are assembled from one reading. */
  readonly layerPlanes: number;
  readonly correct: ReducedCorrection;
  /** A plane each: the blended values, 0 where no tile is, and the sum of weights. */
  readonly mean: Float32Array;
  readonly weight: Float32Array;
}

/** Yields each z once `mean` and `weight` hold its plane; they change with the next. */
export async function* assemblePlanes(assembly: Assembly): AsyncGenerator<number> {
  const { size, layerPlanes, mean, weight } = assembly;
  for (let start = 0; start < size[2]; start += layerPlanes) {
    const end = Math.min(start + layerPlanes, size[2]);
    const layer = await readLayer(assembly, start, end);
    for (let z = start; z < end; z++) {
      mean.fill(0);
      weight.fill(0);
      for (const tile of layer) addTile(tile, z, assembly);
      yield z;
    }
  }
}

/** Some slices of a tile: those that planes of a layer lie between. */
interface LoadedTile {
  readonly tile: PreviewTile;
  readonly firstSlice: number;
  readonly slices: Float32Array;
}

async function readLayer(
  { store, tiles, correct }: Assembly,
  start: number,
  end: number,
): Promise<LoadedTile[]> {
  const layer = await inParallel(tiles, READS_IN_FLIGHT, async (tile): Promise<LoadedTile[]> => {
    const cells = cellsBetween(tile.z, start, end);
    if (cells.length === 0) return [];
    const [firstSlice, lastSlice] = [Math.min(...cells), Math.max(...cells)];
    const slices = await readReducedTile(store, tile.survey, firstSlice, lastSlice + 1);
    correct(slices);
    return [{ tile, firstSlice, slices }];
  });
  return layer.flat();
}

function cellsBetween({ start, first, second }: AxisSamples, from: number, to: number): number[] {
  const [begin, end] = [Math.max(0, from - start), Math.max(0, to - start)];
  return [...first.subarray(begin, end), ...second.subarray(begin, end)].filter((cell) => cell >= 0);
}

function addTile(
  { tile, firstSlice, slices }: LoadedTile,
  z: number,
  { size, mean, weight }: Assembly,
): void {
  const { x, y } = tile;
  const n = z - tile.z.start;
  const cell = tile.z.first[n] ?? -1;
  if (cell < 0) return;
  const [columns, rows] = tile.survey.reduced.size;
  const voxels = columns * rows;
  const [plane, row] = [new Float32Array(voxels), new Float32Array(columns)];
  const other = tile.z.second[n]!;
  mix(slices, (cell - firstSlice) * voxels, (other - firstSlice) * voxels, tile.z.share[n]!, plane);
  for (let j = 0; j < y.first.length; j++) {
    mix(plane, y.first[j]! * columns, y.second[j]! * columns, y.share[j]!, row);
    addRow(row, x, y.distance[j]!, (y.start + j) * size[0] + x.start, mean, weight);
  }
}

/** As many values as `mixed` holds, `share` of those from `second` on and the rest of those from `first` on. */
function mix(from: Float32Array, first: number, second: number, share: number, mixed: Float32Array): void {
  if (share === 0) mixed.set(from.subarray(first, first + mixed.length));
  else
    for (let i = 0; i < mixed.length; i++) {
      const a = from[first + i]!;
      mixed[i] = a + share * (from[second + i]! - a);
    }
}

/** A running weighted mean: tiles that agree give the very value they agree on. */
function addRow(
  row: Float32Array,
  { first, second, share, distance }: AxisSamples,
  rowWeight: number,
  at: number,
  mean: Float32Array,
  weight: Float32Array,
): void {
  for (let i = 0; i < first.length; i++) {
    const a = row[first[i]!]!;
    const value = a + share[i]! * (row[second[i]!]! - a);
    const added = rowWeight * distance[i]!;
    const total = weight[at + i]! + added;
    weight[at + i] = total;
    mean[at + i]! += (added / total) * (value - mean[at + i]!);
  }
}
