/** The imaged cells of the grid and what was found in their folders. */
import type { Tile } from '../acquisition.ts';
import type { Experiment } from './experiment-ini.ts';
import type { Listing } from './locations.ts';
import type { ColmHeader } from './read-colm.ts';

/** Where a scanned location lies, and its folder. */
export function cellOf(
  loc: number,
  { grid: { columns } }: Experiment,
  { locations }: Listing,
): Omit<Tile, 'stacks'> {
  const directory = locations.get(loc)?.directory ?? `LOC${String(loc).padStart(3, '0')}`;
  return { loc, row: Math.floor(loc / columns), column: loc % columns, directory };
}

/** Of the scanned locations, ascending. */
export function channelsIn({ scanned }: ColmHeader, { locations }: Listing): number[] {
  const channels = new Set(scanned.flatMap((loc) => [...(locations.get(loc)?.channels.keys() ?? [])]));
  return [...channels].sort((a, b) => a - b);
}
