/** The layers that show a volume. */
import type { Affine } from '../geometry/affine.ts';
import { perAxis, type Vec3 } from '../geometry/box.ts';
import type { Volume } from '../volume/open-volume.ts';
import { brightnessWindow } from './brightness-window.ts';
import { type SourceFormat, sourceFormat } from './source-url.ts';
import type { Extent, ViewedLayer } from './state.ts';

/** White alone; what adds up to it where there are several. */
const COLOURS = ['#ff00ff', '#00ff00', '#00ffff', '#ffff00'] as const;

/** What the caller decides of a layer; the rest comes from the volume. */
export interface LayerWishes {
  readonly name: string;
  readonly url: string;
  readonly colour?: string;
  readonly window?: readonly [number, number];
  readonly affineUm?: Affine;
  readonly segmentColors?: Readonly<Record<string, string>>;
  readonly propertiesUrl?: string;
  /** Overrides the volume's own. */
  readonly type?: 'image' | 'segmentation';
}

/** One layer, or one for each channel of an image. */
export async function volumeLayers(volume: Volume, wishes: LayerWishes): Promise<readonly ViewedLayer[]> {
  const { name, url, affineUm, segmentColors, propertiesUrl, colour, window } = wishes;
  const extent = extentOf(volume);
  const format = sourceFormat(volume.mips[0]!);
  const placed = { url, format, ...(affineUm ? { affineUm } : {}) };
  if ((wishes.type ?? volume.info.type) === 'segmentation') {
    const colours = {
      ...(segmentColors ? { segmentColors } : {}),
      ...(propertiesUrl ? { propertiesUrl } : {}),
    };
    return [{ layer: { type: 'segmentation', name, ...placed, ...colours }, extent }];
  }
  const channels = volume.info.num_channels;
  const layers = Array.from({ length: channels }, async (_, channel): Promise<ViewedLayer> => {
    const own = channels > 1 ? { name: `${name} c${channel}`, channel } : { name };
    const range = window ?? (await brightnessWindow(volume, channel));
    const given = colour ?? (channels > 1 ? COLOURS[channel % COLOURS.length] : undefined);
    return {
      layer: { type: 'image', ...placed, ...own, window: range, ...(given ? { colour: given } : {}) },
      extent,
    };
  });
  return Promise.all(layers);
}

/** Of a volume that cannot be opened here: the viewer tries for itself, and says what it finds. */
export const unreadLayer = (name: string, url: string, scheme: SourceFormat['scheme']): ViewedLayer => ({
  layer: { type: 'image', name, url, format: { scheme, leadingAxes: [] } },
});

/** Where there are several images, each gets a colour of its own unless it has one. */
export function coloured(layers: readonly ViewedLayer[]): readonly ViewedLayer[] {
  const images = layers.filter(({ layer }) => layer.type === 'image');
  if (images.length < 2) return layers;
  return layers.map((viewed) => {
    const { layer } = viewed;
    if (layer.type !== 'image' || layer.colour !== undefined) return viewed;
    return { ...viewed, layer: { ...layer, colour: COLOURS[images.indexOf(viewed) % COLOURS.length]! } };
  });
}

function extentOf({ mips }: Volume): Extent {
  const { sizeVoxels, voxelOffset, resolutionNm } = mips[0]!;
  const um = (count: (axis: 0 | 1 | 2) => number): Vec3 =>
    perAxis((axis) => (count(axis) * resolutionNm[axis]) / 1000);
  return {
    startUm: um((axis) => voxelOffset[axis]),
    endUm: um((axis) => voxelOffset[axis] + sizeVoxels[axis]),
    voxelUm: um(() => 1),
  };
}
