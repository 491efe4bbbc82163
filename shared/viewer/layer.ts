/** A layer of Neuroglancer as this program thinks of it, and as its state spells it (VIEWER section 5). */
import type { Json } from '../engine/records.ts';
import type { Affine } from '../geometry/affine.ts';
import type { Vec3 } from '../geometry/box.ts';
import { PRECOMPUTED, type SourceFormat, sourceUrl } from './source-url.ts';

interface VolumeSource {
  readonly name: string;
  /** Where the browser reads it, without a format. */
  readonly url: string;
  /** A precomputed volume where absent. */
  readonly format?: SourceFormat | undefined;
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
      // The viewer's own opacity is a half, and white would be grey.
      return {
        ...sourceJson(layer, voxelUm),
        type: 'image',
        blend: 'additive',
        opacity: 1,
        ...shading(layer),
      };
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

export const dimensionsJson = ([x, y, z]: Vec3): {
  readonly x: Json;
  readonly y: Json;
  readonly z: Json;
} => ({
  x: [metres(x), 'm'],
  y: [metres(y), 'm'],
  z: [metres(z), 'm'],
});

/** To the picometre's thousandth: 2.3 um are 2.3e-6 m, not 2.2999999999999996e-6. */
const metres = (um: number): number => Number((um * 1e-6).toPrecision(15));

function sourceJson(
  { name, url, format = PRECOMPUTED, affineUm }: VolumeSource,
  voxelUm: Vec3,
): { readonly [key: string]: Json } {
  const source = sourceUrl(url, format);
  if (affineUm === undefined) return { name, source };
  return { name, source: { url: source, transform: transformJson(affineUm, voxelUm, format) } };
}

/** Neuroglancer takes the names from whichever source of the layer has them. */
function withNames(
  json: { readonly [key: string]: Json },
  { propertiesUrl }: SegmentationLayer,
): { readonly [key: string]: Json } {
  if (propertiesUrl === undefined) return json;
  return { ...json, source: [json.source!, sourceUrl(propertiesUrl)] };
}

/** The linear part stays physical, the last column counts units of the view. */
export function transformJson(affineUm: Affine, voxelUm: Vec3, format = PRECOMPUTED): Json {
  const rows = affineUm.map(([x, y, z, t], axis) => [x, y, z, t / voxelUm[axis]!]);
  if (format.scheme === 'precomputed') return { matrix: rows, outputDimensions: dimensionsJson(voxelUm) };
  return allAxesJson(rows, voxelUm, format.leadingAxes);
}

/** The same map for a source whose axes are slowest first, and more than three: those are left as they are. */
function allAxesJson(rows: readonly (readonly number[])[], voxelUm: Vec3, leading: readonly string[]): Json {
  const kept = leading.map((_, axis) => [...leading.map((__, other) => Number(axis === other)), 0, 0, 0, 0]);
  const turned = rows.map(([x = 0, y = 0, z = 0, t = 0]) => [...leading.map(() => 0), z, y, x, t]);
  const { x, y, z } = dimensionsJson(voxelUm);
  return {
    matrix: [...kept, ...turned.reverse()],
    outputDimensions: { ...Object.fromEntries(leading.map((name) => [name, ONE])), z, y, x },
  };
}

const ONE: Json = [1, ''];

function shading({ window, colour, channel, format }: ImageLayer): { readonly [key: string]: Json } {
  const own = format?.leadingAxes.find((axis) => axis.endsWith("'"));
  const control = channel === undefined || own ? 'normalized' : `normalized(channel=${channel})`;
  const shader = `#uicontrol invlerp ${control}
#uicontrol vec3 color color(default="${colour ?? '#ffffff'}")
void main() { emitRGB(color * normalized()); }
`;
  return {
    ...(own && channel !== undefined ? { localDimensions: { [own]: ONE }, localPosition: [channel] } : {}),
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
