/** The record of an acquisition without its files: a grid whose tiles are 100 x 80 x 20 voxels and overlap by a fifth. */
import type { Acquisition } from '../../../shared/acquisition/acquisition.ts';
import type { Vec3 } from '../../../shared/geometry/box.ts';

export const STEP: Vec3 = [80, 64, 0];

/** @param unscanned locations that the stage left out */
export function stageAcquisition(
  rows: number,
  columns: number,
  { unscanned = [], missing = [] }: { unscanned?: readonly number[]; missing?: readonly number[] } = {},
): Acquisition {
  const locs = Array.from({ length: rows * columns }, (_, loc) => loc).filter(
    (loc) => !unscanned.includes(loc),
  );
  return {
    format: 'cloudreg-acquisition/1',
    kind: 'colm',
    url: 'file:///data/my%20brain',
    dataType: 'uint16',
    magnification: 10,
    voxelSizeUm: [0.585, 0.585, 5],
    tileSize: [100, 80, 20],
    grid: { rows, columns },
    overlap: { x: 0.2, y: 0.2 },
    nominalStep: { x: STEP[0], y: STEP[1] },
    channels: [0, 2],
    rawBytes: 0,
    tiles: locs.map((loc) => ({
      loc,
      row: Math.floor(loc / columns),
      column: loc % columns,
      directory: `LOC00${loc}`,
      stacks: [0, 2].map((channel) => ({
        channel,
        stem: `VW0/LOC00${loc}/VW0_LOC00${loc}D_CM0_CHN0${channel}_PLN`,
        digits: 4,
        suffix: '.tif',
        exceptions: {},
        missing: [...missing],
        layout: null,
        compressed: false,
      })),
    })),
  };
}
