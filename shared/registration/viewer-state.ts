/** Neuroglancer states of a registration: the sample with the atlas laid over it (VIEWER section 5). */

import type { Json } from '../engine/records.ts';
import { type Affine, apply } from '../geometry/affine.ts';
import type { Vec3 } from '../geometry/box.ts';
import { dimensionsJson, type Layer, layerJson } from '../viewer/layer.ts';
import { extentOf, type Space } from './files/space.ts';

export function viewerState(sample: Space, layers: readonly Layer[]): Json {
  const { sizeVoxels, voxelSizeUm, offsetUm } = sample;
  const finest = Math.min(...voxelSizeUm);
  const extents = extentOf(sample);
  return {
    dimensions: dimensionsJson(voxelSizeUm),
    position: sizeVoxels.map((size, axis) => size / 2 + offsetUm[axis]! / voxelSizeUm[axis]!),
    crossSectionScale: Math.max(...extents) / finest / 400,
    projectionScale: (1.5 * Math.max(...extents)) / finest,
    layers: layers.map((layer) => layerJson(layer, voxelSizeUm)),
    layout: '4panel',
  };
}

/** Positions of the atlas as its volume has them to those of the sample, from the map between their middles. */
export function cornerAffine(toSample: Affine, atlas: Space, sample: Space): Affine {
  const half = (space: Space): Vec3 => {
    const [x, y, z] = extentOf(space);
    return [x / 2 + space.offsetUm[0], y / 2 + space.offsetUm[1], z / 2 + space.offsetUm[2]];
  };
  const [from, to] = [half(atlas), half(sample)];
  const start = apply(toSample, [-from[0], -from[1], -from[2]]);
  const row = (axis: 0 | 1 | 2): [number, number, number, number] => {
    const [x, y, z] = toSample[axis];
    return [x, y, z, start[axis] + to[axis]];
  };
  return [row(0), row(1), row(2)];
}
