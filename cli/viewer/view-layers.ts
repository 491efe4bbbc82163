/** The layers of a view, and what is wrong with the volumes that have none. */

import type { ViewedLayer } from '../../shared/viewer/state.ts';
import { coloured, unreadLayer, volumeLayers } from '../../shared/viewer/volume-layers.ts';
import { openVolume } from '../../shared/volume/open-volume.ts';
import { volumeFileIn } from '../../shared/volume/volume-files.ts';
import type { LayerFlags } from './layer-flags.ts';
import type { ViewedVolume } from './places.ts';
import { segmentColorsOf } from './segment-colours.ts';

export interface ViewLayers {
  readonly layers: readonly ViewedLayer[];
  /** One line for each volume that cannot be shown. */
  readonly problems: readonly string[];
}

/** For labels of all volumes, instead of their own. */
export interface GivenLabels {
  readonly segmentColors: Readonly<Record<string, string>>;
  readonly propertiesUrl: string;
}

/** `urlOf` says where the browser reads a volume. A volume that cannot be opened keeps its layer: the viewer says so too. */
export async function viewLayers(
  volumes: readonly ViewedVolume[],
  flags: readonly LayerFlags[],
  urlOf: (volume: ViewedVolume) => string,
  labels?: GivenLabels,
): Promise<ViewLayers> {
  const found = await Promise.all(
    volumes.map((volume, i) => layersOf(volume, flags[i] ?? {}, urlOf(volume), labels)),
  );
  return {
    layers: coloured(found.flatMap(({ layers }) => layers)),
    problems: found.flatMap(({ problems }) => problems),
  };
}

async function layersOf(
  viewed: ViewedVolume,
  flags: LayerFlags,
  url: string,
  labels: GivenLabels | undefined,
): Promise<ViewLayers> {
  const { store, folder, place } = viewed;
  const name = flags.name ?? viewed.name;
  try {
    const volume = await openVolume(store, folder);
    const own = volume.info.type === 'segmentation' ? await segmentColorsOf(store, folder) : undefined;
    const wishes = { ...flags, name, url, ...(own ? { segmentColors: own } : {}), ...labels };
    return { layers: await volumeLayers(volume, wishes), problems: [] };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return {
      layers: [unreadLayer(name, url, await schemeOf(viewed))],
      problems: [`${place}: ${error.message}`],
    };
  }
}

const SCHEMES = { info: 'precomputed', 'zarr.json': 'zarr3', '.zattrs': 'zarr2' } as const;

/** What cannot be reached is taken for a precomputed volume. */
async function schemeOf({ store, folder }: ViewedVolume): Promise<(typeof SCHEMES)[keyof typeof SCHEMES]> {
  const file = await volumeFileIn(store, folder).catch(() => undefined);
  return SCHEMES[file ?? 'info'];
}
