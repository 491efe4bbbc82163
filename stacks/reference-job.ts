/**
 * What machines are chosen for: a whole mouse brain in three channels at 1.2 um, as CloudReg's users image it. A step's
 * `needs` follow from the files of a job; these stand for them. Larger jobs run too: what a task asks depends on the
 * camera and the chunks much more than on the number of tiles.
 */
import { nominalPlacement } from '../services/stitching/placement/nominal-placement.ts';
import { type Acquisition, acquisitionFile } from '../shared/acquisition/acquisition.ts';
import { placementFile } from '../shared/acquisition/placement.ts';
import { problemsFile } from '../shared/acquisition/problems.ts';

/** Values of the files that steps read, by key. */
export type JobFiles = ReadonlyMap<string, unknown>;

const COLUMNS = 5;
const ROWS = 7;
const CHANNELS = [0, 1, 2];
const OVERLAP = 0.15;
const CAMERA_PIXELS = 2048;
const PLANES = 2400;
const VOXEL_UM: [number, number, number] = [1.2, 1.2, 5];

/** Planes as microscopes write them, and as archives keep them: these decode as a whole, which takes more memory. */
export const referenceJobs = (): readonly JobFiles[] => [
  filesOf(referenceAcquisition(false)),
  filesOf(referenceAcquisition(true)),
];

const filesOf = (acquisition: Acquisition): JobFiles =>
  new Map<string, unknown>([
    [acquisitionFile.key, acquisition],
    [placementFile.key, nominalPlacement(acquisition)],
    [problemsFile.key, { format: 'cloudreg-problems/1', problems: [] }],
  ]);

function referenceAcquisition(compressed: boolean): Acquisition {
  const step = Math.floor(CAMERA_PIXELS * (1 - OVERLAP));
  const places = Array.from({ length: ROWS * COLUMNS }, (_, loc) => loc);
  return {
    format: 'cloudreg-acquisition/1',
    kind: 'colm',
    url: 's3://reference',
    dataType: 'uint16',
    magnification: 5,
    voxelSizeUm: VOXEL_UM,
    tileSize: [CAMERA_PIXELS, CAMERA_PIXELS, PLANES],
    grid: { rows: ROWS, columns: COLUMNS },
    overlap: { x: OVERLAP, y: OVERLAP },
    nominalStep: { x: step, y: step },
    channels: CHANNELS,
    tiles: places.map((loc) => tileAt(loc, compressed)),
    rawBytes: places.length * CHANNELS.length * PLANES * CAMERA_PIXELS ** 2 * 2,
  };
}

function tileAt(loc: number, compressed: boolean): Acquisition['tiles'][number] {
  const directory = `LOC${String(loc).padStart(3, '0')}`;
  const stacks = CHANNELS.map((channel) => ({
    channel,
    stem: `VW0/${directory}/CHN0${channel}_PLN`,
    digits: 4,
    suffix: '.tiff',
    exceptions: {},
    missing: [],
    layout: compressed ? null : { fileBytes: CAMERA_PIXELS ** 2 * 2 + 8, offset: 8, littleEndian: true },
    compressed,
  }));
  return { loc, row: Math.floor(loc / COLUMNS), column: loc % COLUMNS, directory, stacks };
}
