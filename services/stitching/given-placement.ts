/** `--placement <json or xml>`: positions that the user has, checked before they are trusted. */
import type { Acquisition } from '../../shared/acquisition/acquisition.ts';
import { makePlacement, nominalPosition, type Placement } from '../../shared/acquisition/placement.ts';
import { checkGiven } from './given-placement/check-given.ts';
import { cellKey, type GivenTiles, readGivenTiles } from './given-placement/given-tiles.ts';

export interface GivenPlacement {
  readonly placement: Placement;
  /** What a person would want to know, in sentences. */
  readonly notes: readonly string[];
}

/**
 * A `placement.json`, or a TeraStitcher project: `xml_merging.xml` for its positions, or `xml_displ...xml` for its
 * displacements, which are placed here. Throws `GivenPlacementError` where there is no such file, or where it is not
 * for this acquisition: another grid, tiles of another size, a scanned tile without a position.
 */
export async function readGivenPlacement(url: string, acquisition: Acquisition): Promise<GivenPlacement> {
  const given = await readGivenTiles(url, acquisition);
  const byCell = checkGiven(given, acquisition);
  const tiles = acquisition.tiles.map(({ loc, row, column, directory }) => {
    const nominal = nominalPosition(acquisition, { row, column });
    const [x, y, z] = byCell.get(cellKey({ row, column }))!.position;
    const position: [number, number, number] = [x, y, z];
    return { loc, row, column, directory, nominal, position, source: 'given' as const };
  });
  return { placement: makePlacement(acquisition, tiles), notes: unusedNotes(given, acquisition) };
}

/**
 * As much of that as can be told before the acquisition is scanned: the file can be read and is for such a grid of such
 * tiles. `placement`: the parameter, whatever it says.
 */
export async function checkGivenPlacement(
  placement: string,
  stage: Pick<Acquisition, 'grid' | 'tileSize' | 'nominalStep'>,
): Promise<void> {
  if (['auto', 'nominal'].includes(placement)) return;
  const tiles: Acquisition['tiles'] = [];
  checkGiven(await readGivenTiles(placement, { ...stage, tiles }), { ...stage, tiles });
}

function unusedNotes({ file, tiles }: GivenTiles, acquisition: Acquisition): string[] {
  const scanned = new Set(acquisition.tiles.map(cellKey));
  const unused = tiles.filter((tile) => !scanned.has(cellKey(tile)));
  if (unused.length === 0) return [];
  const cells = unused.map(({ row, column }) => `row ${row}, column ${column}`).join('; ');
  return [`${file}: positions of locations that were not scanned are not used: ${cells}.`];
}
