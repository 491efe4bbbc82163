/** The record of an acquisition of any shape, without its files. */
import type { Acquisition } from '../../../../shared/acquisition/acquisition.ts';

export interface Shape {
  readonly rows: number;
  readonly columns: number;
  /** Width, height, planes. */
  readonly tileSize: readonly [number, number, number];
  readonly overlap: number;
  readonly magnification?: number;
  readonly channels?: readonly number[];
  readonly compressed?: boolean;
  /** Locations that were not scanned. */
  readonly unscanned?: readonly number[];
  /** Locations without the first channel. */
  readonly withoutChannel?: readonly number[];
  /** Of every stack. */
  readonly missing?: readonly number[];
}

export function acquisitionOf(shape: Shape): Acquisition {
  const { rows, columns, tileSize, overlap, magnification = 10, channels = [0], compressed = false } = shape;
  const { unscanned = [], withoutChannel = [], missing = [] } = shape;
  const step = (extent: number): number => Math.max(1, Math.floor(extent * (1 - overlap)));
  const locs = Array.from({ length: rows * columns }, (_, loc) => loc).filter(
    (loc) => !unscanned.includes(loc),
  );
  return {
    format: 'cloudreg-acquisition/1',
    kind: 'colm',
    url: 'memory://brain',
    dataType: 'uint16',
    magnification,
    voxelSizeUm: [1, 1, 5],
    tileSize: [...tileSize],
    grid: { rows, columns },
    overlap: { x: overlap, y: overlap },
    nominalStep: { x: step(tileSize[0]), y: step(tileSize[1]) },
    channels: [...channels],
    rawBytes: locs.length * channels.length * 2 * tileSize[0] * tileSize[1] * tileSize[2],
    tiles: locs.map((loc) => ({
      loc,
      row: Math.floor(loc / columns),
      column: loc % columns,
      directory: `LOC${loc}`,
      stacks: channels
        .filter((channel) => channel !== channels[0] || !withoutChannel.includes(loc))
        .map((channel) => ({
          channel,
          stem: `VW0/LOC${loc}/CHN${channel}_PLN`,
          digits: 4,
          suffix: '.tif',
          exceptions: {},
          missing: [...missing],
          layout: null,
          compressed,
        })),
    })),
  };
}
