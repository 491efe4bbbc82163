/** Neuroglancer states of a registration: the sample, first of the layers, with the atlas laid over it (VIEWER section 5). */
import type { Json } from '../engine/records.ts';
import { type Affine, apply } from '../geometry/affine.ts';
import { perAxis, type Vec3 } from '../geometry/box.ts';
import type { Layer } from '../viewer/layer.ts';
import { viewerState } from '../viewer/state.ts';
import { coloured } from '../viewer/volume-layers.ts';
import { extentOf, type Space } from './files/space.ts';

/** Placed by the sample; images in colours of their own, which add up to white where they agree. */
export function registrationState(sample: Space, layers: readonly Layer[]): Json {
  const { offsetUm, voxelSizeUm: voxelUm } = sample;
  const size = extentOf(sample);
  const extent = { startUm: offsetUm, endUm: perAxis((axis) => offsetUm[axis] + size[axis]), voxelUm };
  const viewed = layers.map((layer, index) => (index === 0 ? { layer, extent } : { layer }));
  return viewerState(coloured(viewed), { voxelUm });
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
