/** An acquisition of any size that is only thought of: what `ingest.scan` would write of it. */
import type { Acquisition, Tile } from '../../shared/acquisition/acquisition.ts';

const WIDTH = 2048;
const OVERLAP = 0.15;
const BYTES = 2;

export interface BrainSize {
  readonly rows: number;
  readonly columns: number;
  readonly planes: number;
}

/** 500 tiles of 20 GB. */
export const TEN_TERABYTES: BrainSize = { rows: 25, columns: 20, planes: 2384 };

export function largeBrain({ rows, columns, planes }: BrainSize): Acquisition {
  const step = Math.floor(WIDTH * (1 - OVERLAP));
  const tiles = Array.from({ length: rows * columns }, (_, loc) => tile(loc, columns));
  return {
    format: 'cloudreg-acquisition/1',
    kind: 'colm',
    url: 'memory://raw',
    dataType: 'uint16',
    magnification: 10,
    voxelSizeUm: [0.585, 0.585, 2.5],
    tileSize: [WIDTH, WIDTH, planes],
    grid: { rows, columns },
    overlap: { x: OVERLAP, y: OVERLAP },
    nominalStep: { x: step, y: step },
    channels: [0],
    tiles,
    rawBytes: tiles.length * WIDTH * WIDTH * planes * BYTES,
  };
}

const tile = (loc: number, columns: number): Tile => ({
  loc,
  row: Math.floor(loc / columns),
  column: loc % columns,
  directory: `VW0/LOC${loc}`,
  stacks: [
    {
      channel: 0,
      stem: `VW0/LOC${loc}/PLN`,
      digits: 4,
      suffix: '.tif',
      exceptions: {},
      missing: [],
      layout: { fileBytes: WIDTH * WIDTH * BYTES + 136, offset: 136, littleEndian: true },
      compressed: false,
    },
  ],
});
