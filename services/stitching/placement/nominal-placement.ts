import type { Acquisition } from '../../../shared/acquisition/acquisition.ts';
import { makePlacement, nominalPosition, type Placement } from '../../../shared/acquisition/placement.ts';

/** The stage's word for every tile. */
export function nominalPlacement(acquisition: Acquisition): Placement {
  const tiles = acquisition.tiles.map(({ loc, row, column, directory }) => {
    const nominal = nominalPosition(acquisition, { row, column });
    return { loc, row, column, directory, nominal, position: nominal, source: 'stage' as const };
  });
  return makePlacement(acquisition, tiles);
}
