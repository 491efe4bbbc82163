/** What a file says about where tiles lie, whatever its form. */
import { z } from 'zod';
import type { Acquisition, Tile } from '../../../shared/acquisition/acquisition.ts';
import { nominalPosition, placementSchema } from '../../../shared/acquisition/placement.ts';
import { openStore, splitFileUrl } from '../../../shared/adapters/open-store.ts';
import { TeraStitcherError, type TeraStitcherProject } from '../../../shared/formats/terastitcher/project.ts';
import { readTeraStitcher } from '../../../shared/formats/terastitcher/read-project.ts';
import type { Triple } from '../axes.ts';
import { placeTiles } from '../placement/place-tiles.ts';
import { isPlaced, measuredPairs, searchOf } from '../terastitcher/measured-displacements.ts';
import { GivenPlacementError } from './given-placement-error.ts';

export interface GivenTile {
  readonly row: number;
  readonly column: number;
  /** Voxels; of any origin. */
  readonly position: Triple;
}

/** What of an acquisition a placement is checked against. */
export type StageGrid = Pick<Acquisition, 'grid' | 'tileSize' | 'nominalStep'> & {
  readonly tiles: readonly Pick<Tile, 'loc' | 'row' | 'column' | 'directory'>[];
};

export interface GivenTiles {
  readonly file: string;
  readonly grid: Acquisition['grid'];
  /** Width, height, planes; undefined where the file does not say. */
  readonly tileSize: readonly [number | undefined, number | undefined, number | undefined];
  readonly tiles: readonly GivenTile[];
}

/** Names a place of the grid, in maps. */
export const cellKey = ({ row, column }: { readonly row: number; readonly column: number }): string =>
  `${row} ${column}`;

const WHAT_TO_GIVE = "Give a placement.json or TeraStitcher's xml_merging.xml; auto and nominal are words.";

/** The content decides, not the file's name. Throws `GivenPlacementError`. */
export async function readGivenTiles(url: string, stage: StageGrid): Promise<GivenTiles> {
  const text = await readText(url);
  if (/^\uFEFF?\s*</.test(text)) return fromTeraStitcher(url, text, stage);
  return fromPlacement(url, text);
}

async function readText(url: string): Promise<string> {
  const { folder, key } = splitFileUrl(url);
  const object = await (await openStore(folder)).get(key);
  if (object === undefined) throw new GivenPlacementError(url, 'no such file', WHAT_TO_GIVE);
  return new TextDecoder().decode(object.bytes);
}

function fromPlacement(file: string, text: string): GivenTiles {
  const parsed = placementSchema.safeParse(parseJson(file, text));
  if (!parsed.success) {
    const problem = `not a placement (${z.prettifyError(parsed.error).split('\n').slice(0, 2).join('')})`;
    throw new GivenPlacementError(file, problem, WHAT_TO_GIVE);
  }
  const { grid, tileSize, tiles } = parsed.data;
  return { file, grid, tileSize, tiles };
}

function parseJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new GivenPlacementError(file, 'neither JSON nor XML', WHAT_TO_GIVE, cause);
  }
}

function fromTeraStitcher(file: string, text: string, stage: StageGrid): GivenTiles {
  const project = parseProject(file, text);
  const { grid, planes, stacks } = project;
  const tiles = isPlaced(project)
    ? stacks.filter(({ isScanned }) => isScanned)
    : placedByDisplacements(project, stage);
  return { file, grid, tileSize: [undefined, undefined, planes], tiles };
}

function parseProject(file: string, text: string): TeraStitcherProject {
  try {
    return readTeraStitcher(file, text);
  } catch (error) {
    if (error instanceof TeraStitcherError)
      throw new GivenPlacementError(file, error.reason, WHAT_TO_GIVE, error);
    throw error;
  }
}

/** `xml_displ...xml`: positions are still the stage's, so the displacements are placed here. */
function placedByDisplacements(project: TeraStitcherProject, stage: StageGrid): readonly GivenTile[] {
  const scanned = new Set(project.stacks.filter(({ isScanned }) => isScanned).map(cellKey));
  const tiles = stage.tiles
    .filter((tile) => scanned.has(cellKey(tile)))
    .map((tile) => ({ ...tile, nominal: nominalPosition(stage, tile) }));
  if (tiles.length === 0) return [];
  return placeTiles(tiles, measuredPairs(project, tiles), searchOf(project)).tiles;
}
