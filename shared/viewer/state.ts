/** The state that shows a set of layers whole (VIEWER section 5). */
import type { Json } from '../engine/records.ts';
import { apply } from '../geometry/affine.ts';
import { perAxis, type Vec3 } from '../geometry/box.ts';
import { dimensionsJson, type Layer, layerJson } from './layer.ts';

/** A box in um, and how finely it is sampled. */
export interface Extent {
  readonly startUm: Vec3;
  readonly endUm: Vec3;
  readonly voxelUm: Vec3;
}

export interface ViewedLayer {
  readonly layer: Layer;
  /** Of the volume itself, before its affine map; absent for points. */
  readonly extent?: Extent;
}

export const LAYOUTS = ['4panel', 'xy', 'xz', 'yz', 'xy-3d', 'xz-3d', 'yz-3d', '3d'] as const;
export type Layout = (typeof LAYOUTS)[number];

export interface StateOptions {
  readonly layout?: Layout;
  /** What a unit of the axes stands for; the finest voxel of all layers where absent. */
  readonly voxelUm?: Vec3;
}

/** Pixels that the longest side should fill: most of a panel of a common window. */
const PANEL = 400;

/** A state is either placed altogether or not at all: without dimensions Neuroglancer reads scales as metres. */
export function viewerState(
  layers: readonly ViewedLayer[],
  { layout = '4panel', voxelUm }: StateOptions = {},
): Json {
  const extents = layers.flatMap(placed);
  const unit = voxelUm ?? finest(extents);
  const layersJson = layers.map(({ layer }) => layerJson(layer, unit));
  if (extents.length === 0) return { layers: layersJson, layout };
  const [start, end] = bounds(extents);
  const smallest = Math.min(...unit);
  const longest = Math.max(...end.map((um, axis) => um - start[axis]!));
  return {
    dimensions: dimensionsJson(unit),
    position: unit.map((um, axis) => (start[axis]! + end[axis]!) / 2 / um),
    crossSectionScale: longest / smallest / PANEL,
    projectionScale: (1.5 * longest) / smallest,
    layers: layersJson,
    layout,
    crossSectionBackgroundColor: '#000000',
  };
}

function placed({ layer, extent }: ViewedLayer): readonly Extent[] {
  if (extent === undefined || layer.type === 'annotation') return [];
  const { affineUm } = layer;
  if (affineUm === undefined) return [extent];
  const [startUm, endUm] = cornersOf(corners(extent).map((corner) => apply(affineUm, corner)));
  return [{ startUm, endUm, voxelUm: extent.voxelUm }];
}

function corners({ startUm: a, endUm: b }: Extent): Vec3[] {
  return [a[0], b[0]].flatMap((x) => [a[1], b[1]].flatMap((y) => [a[2], b[2]].map((z): Vec3 => [x, y, z])));
}

const bounds = (extents: readonly Extent[]): [Vec3, Vec3] =>
  cornersOf(extents.flatMap(({ startUm, endUm }) => [startUm, endUm]));

function cornersOf(points: readonly Vec3[]): [start: Vec3, end: Vec3] {
  const each = (pick: (...values: number[]) => number): Vec3 =>
    perAxis((axis) => pick(...points.map((point) => point[axis])));
  return [each(Math.min), each(Math.max)];
}

const MICROMETRES: Vec3 = [1, 1, 1];

function finest(extents: readonly Extent[]): Vec3 {
  if (extents.length === 0) return MICROMETRES;
  return perAxis((axis) => Math.min(...extents.map(({ voxelUm }) => voxelUm[axis])));
}
