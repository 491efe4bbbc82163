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
  /** Room for the slices of a layer: `layerVoxels` of them. */
  readonly slices: Float32Array;
  /** A plane each: the blended values, 0 where no tile is, and the sum of weights. */
  readonly mean: Float32Array;
  readonly weight: Float32Array;
}

/** Yields each z once `mean` and `weight` hold its plane; they change with the next. */
export async function* assemblePlanes(assembly: Assembly): AsyncGenerator<number> {
  const { size, layerPlanes, mean, weight } = assembly;
  const between = roomBetween(assembly);
  for (let start = 0; start < size[2]; start += layerPlanes) {
    const end = Math.min(start + layerPlanes, size[2]);
    const layer = await readLayer(assembly, start, end);
    for (let z = start; z < end; z++) {
      mean.fill(0);
      weight.fill(0);
      for (const tile of layer) addTile(tile, z, assembly, between);
      yield z;
    }
  }
}

/** What lies between the voxels of a tile: a plane of it, and a row of that. */
interface Between {
  readonly plane: Float32Array;
  readonly row: Float32Array;
}

/** For the largest of the tiles: taken once, not for each of them in each plane. */
function roomBetween({ tiles }: Assembly): Between {
  const sizes = tiles.map(({ survey }) => survey.reduced.size);
  const voxels = Math.max(0, ...sizes.map(([columns, rows]) => columns * rows));
  return {
    plane: new Float32Array(voxels),
    row: new Float32Array(Math.max(0, ...sizes.map(([columns]) => columns))),
  };
}

/** Some slices of a tile: those that planes of a layer lie between. */
interface LoadedTile {
  readonly tile: PreviewTile;
  readonly firstSlice: number;
  readonly slices: Float32Array;
}

async function readLayer(assembly: Assembly, start: number, end: number): Promise<LoadedTile[]> {
  const { store, tiles, correct } = assembly;
  let used = 0;
  const layer = tiles.flatMap((tile): LoadedTile[] => {
    const { firstSlice, voxels } = slicesBetween(tile, start, end);
    used += voxels;
    return voxels === 0 ? [] : [{ tile, firstSlice, slices: assembly.slices.subarray(used - voxels, used) }];
  });
  await inParallel(layer, READS_IN_FLIGHT, async ({ tile: { survey }, firstSlice, slices }) => {
    const [columns, rows] = survey.reduced.size;
    const endSlice = firstSlice + slices.length / (columns * rows);
    correct(await readReducedTile(store, survey, firstSlice, endSlice, slices));
  });
  return layer;
}

/** Voxels of all slices that the fullest layer lies between. */
export function layerVoxels({
  size,
  tiles,
  layerPlanes,
}: Pick<Assembly, 'size' | 'tiles' | 'layerPlanes'>): number {
  let most = 0;
  for (let start = 0; start < size[2]; start += layerPlanes) {
    const end = Math.min(start + layerPlanes, size[2]);
    most = Math.max(
      most,
      tiles.reduce((sum, tile) => sum + slicesBetween(tile, start, end).voxels, 0),
    );
  }
  return most;
}

function slicesBetween({ z, survey }: PreviewTile, start: number, end: number) {
  const cells = cellsBetween(z, start, end);
  if (cells.length === 0) return { firstSlice: 0, voxels: 0 };
  const [columns, rows] = survey.reduced.size;
  const firstSlice = Math.min(...cells);
  return { firstSlice, voxels: (Math.max(...cells) + 1 - firstSlice) * columns * rows };
}

function cellsBetween({ start, first, second }: AxisSamples, from: number, to: number): number[] {
  const [begin, end] = [Math.max(0, from - start), Math.max(0, to - start)];
  return [...first.subarray(begin, end), ...second.subarray(begin, end)].filter((cell) => cell >= 0);
}

function addTile(
  { tile, firstSlice, slices }: LoadedTile,
  z: number,
  { size, mean, weight }: Assembly,
  between: Between,
): void {
  const { x, y } = tile;
  const n = z - tile.z.start;
  const cell = tile.z.first[n] ?? -1;
  if (cell < 0) return;
  const [columns, rows] = tile.survey.reduced.size;
  const voxels = columns * rows;
  const [plane, row] = [between.plane.subarray(0, voxels), between.row.subarray(0, columns)];
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
