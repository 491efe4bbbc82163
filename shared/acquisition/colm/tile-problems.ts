/** Problems that need no look into a plane: they follow from the text files and the names of the files. */
import type { Problem } from '../problems.ts';
import { cellOf } from './grid-cells.ts';
import { type Listing, VIEW_FOLDER } from './locations.ts';
import { CELLS, type ColmHeader, INI } from './read-colm.ts';

export function headerProblems(
  { warnings, enabledChannels }: ColmHeader,
  found: readonly number[],
): Problem[] {
  const problems: Problem[] = warnings.map((warning) => ({
    kind: 'experiment-ini',
    message: `${INI}: ${warning}`,
  }));
  if (enabledChannels !== undefined && enabledChannels !== found.length)
    problems.push({
      kind: 'channel-count',
      message: `${INI} speaks of ${enabledChannels} channels, found ${found.length}: ${found.join(', ')}`,
    });
  return problems;
}

/** Tiles and channels that should be there, and folders that should not. */
export function tileProblems(header: ColmHeader, listing: Listing, selected: readonly number[]): Problem[] {
  const scanned = new Set(header.scanned);
  const unscanned = [...listing.locations].filter(([loc]) => !scanned.has(loc)).sort(([a], [b]) => a - b);
  return [
    ...header.scanned.flatMap((loc) => missingOf(loc, header, listing, selected)),
    ...unscanned.map(([loc, { directory }]): Problem => {
      const message = `${VIEW_FOLDER}${directory} is not marked as scanned in ${CELLS}: not used`;
      return { kind: 'unscanned-folder', loc, message };
    }),
  ];
}

function missingOf(
  loc: number,
  header: ColmHeader,
  listing: Listing,
  selected: readonly number[],
): Problem[] {
  const { row, column, directory } = cellOf(loc, header, listing);
  const present = listing.locations.get(loc)?.channels;
  const where = `${VIEW_FOLDER}${directory} (row ${row}, column ${column})`;
  const absent = selected.filter((channel) => !present?.has(channel));
  if (absent.length === selected.length)
    return [{ kind: 'missing-tile', loc, message: `${where} was scanned but has no planes` }];
  return absent.map((channel) => {
    const message = `${where} has no planes of channel ${channel}`;
    return { kind: 'missing-channel', loc, channel, message };
  });
}
