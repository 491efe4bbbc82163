/** A layer of Neuroglancer as this program thinks of it, and as its state spells it (VIEWER section 5). */
import type { Json } from '../engine/records.ts';
import type { Affine } from '../geometry/affine.ts';
import type { Vec3 } from '../geometry/box.ts';

interface VolumeSource {
  readonly name: string;
  /** Where the browser reads it, without `precomputed://`. */
  readonly url: string;
  /** From the volume's positions to those of the view, both um; as it lies where absent. */
  readonly affineUm?: Affine;
}

export interface ImageLayer extends VolumeSource {
  readonly type: 'image';
  /** Values that are shown black and white; the viewer's own guess where absent. */
  readonly window?: readonly [black: number, white: number];
  /** `#rrggbb` */
  readonly colour?: string;
  /** Of the volume, from 0. */
  readonly channel?: number;
}

export interface SegmentationLayer extends VolumeSource {
  readonly type: 'segmentation';
  /** `#rrggbb` by label. */
  readonly segmentColors?: Readonly<Record<string, string>>;
  /** Where the names of the labels lie, if not beside the volume. */
  readonly propertiesUrl?: string;
  /** Labels that are shown; all where absent. */
  readonly segments?: readonly string[];
}

export interface PointsLayer {
  readonly type: 'annotation';
  readonly name: string;
  /** um of the view. */
  readonly points: readonly { readonly id: string; readonly point: Vec3 }[];
}

export type Layer = ImageLayer | SegmentationLayer | PointsLayer;

/** `voxelUm` is what a unit of the view's axes stands for. */
export function layerJson(layer: Layer, voxelUm: Vec3): Json {
  switch (layer.type) {
    case 'image':
      return { ...sourceJson(layer, voxelUm), type: 'image', blend: 'additive', ...shading(layer) };
    case 'segmentation':
      return {
        ...withNames(sourceJson(layer, voxelUm), layer),
        type: 'segmentation',
        selectedAlpha: 0.35,
        ...segmentsJson(layer),
      };
    case 'annotation':
      return { name: layer.name, type: 'annotation', ...pointsJson(layer, voxelUm) };
  }
}

export const dimensionsJson = ([x, y, z]: Vec3): Json => ({
  x: [metres(x), 'm'],
  y: [metres(y), 'm'],
  z: [metres(z), 'm'],
});

/** To the picometre's thousandth: 2.3 um are 2.3e-6 m, not 2.2999999999999996e-6. */
const metres = (um: number): number => Number((um * 1e-6).toPrecision(15));

function sourceJson({ name, url, affineUm }: VolumeSource, voxelUm: Vec3): { readonly [key: string]: Json } {
  const source = `precomputed://${url}`;
  if (affineUm === undefined) return { name, source };
  return { name, source: { url: source, transform: transformJson(affineUm, voxelUm) } };
}

/** Neuroglancer takes the names from whichever source of the layer has them. */
function withNames(
  json: { readonly [key: string]: Json },
  { propertiesUrl }: SegmentationLayer,
): { readonly [key: string]: Json } {
  if (propertiesUrl === undefined) return json;
  return { ...json, source: [json.source!, `precomputed://${propertiesUrl}`] };
}

/** The linear part stays physical, the last column counts units of the view. */
export const transformJson = (affineUm: Affine, voxelUm: Vec3): Json => ({
  matrix: affineUm.map(([x, y, z, t], axis) => [x, y, z, t / voxelUm[axis]!]),
  outputDimensions: dimensionsJson(voxelUm),
});

function shading({ window, colour, channel }: ImageLayer): { readonly [key: string]: Json } {
  const control = channel === undefined ? 'normalized' : `normalized(channel=${channel})`;
  const shader = `#uicontrol invlerp ${control}
#uicontrol vec3 color color(default="${colour ?? '#ffffff'}")
void main() { emitRGB(color * normalized()); }
`;
  return {
    shader,
    ...(window === undefined ? {} : { shaderControls: { normalized: { range: [...window] } } }),
  };
}

function segmentsJson({ segmentColors, segments }: SegmentationLayer): { readonly [key: string]: Json } {
  const colours = Object.keys(segmentColors ?? {}).length > 0 ? { segmentColors: { ...segmentColors } } : {};
  return { ...colours, ...(segments === undefined ? {} : { segments: [...segments] }) };
}

function pointsJson({ points }: PointsLayer, voxelUm: Vec3): { readonly [key: string]: Json } {
  return {
    source: { url: 'local://annotations', transform: { outputDimensions: dimensionsJson(voxelUm) } },
    annotations: points.map(({ id, point }) => ({
      id,
      type: 'point',
      point: point.map((um, axis) => um / voxelUm[axis]!),
      description: id,
    })),
  };
}
