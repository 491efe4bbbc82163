/** An acquisition of which the stage put one row somewhere else: cut from one of somewhat wider tiles. */
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readTiff } from '../../shared/formats/tiff/read.ts';
import { tiffInMemory } from '../../shared/formats/tiff/source.ts';
import { encodeTiff } from '../../shared/formats/tiff/write.ts';
import { readTruth, type Truth, truthFile } from './truth.ts';

/**
 * Writes to `target` what `acquisition` holds, every tile without `shift` of its columns: the row without its first, the
 * others without their last ones. In the nominal frame that row's tiles lie `shift` voxels further to the right.
 */
export async function shiftRow(
  acquisition: string,
  target: string,
  row: number,
  shift: number,
): Promise<void> {
  const truth = readTruth(acquisition);
  const shifted = new Set(truth.tiles.filter((tile) => tile.row === row).map(({ loc }) => loc));
  mkdirSync(target, { recursive: true });
  cpSync(join(acquisition, 'Scanned Cells.txt'), join(target, 'Scanned Cells.txt'));
  const ini = readFileSync(join(acquisition, 'Experiment.ini'), 'utf8');
  writeFileSync(join(target, 'Experiment.ini'), narrowedIni(ini, truth, shift));
  writeFileSync(truthFile(target), JSON.stringify(shiftedTruth(truth, shifted, shift)));
  for (const file of readdirSync(join(acquisition, 'VW0'), { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.tif')) continue;
    const loc = Number(/LOC(\d+)/.exec(file)![1]);
    const bytes = readFileSync(join(acquisition, 'VW0', file));
    mkdirSync(dirname(join(target, 'VW0', file)), { recursive: true });
    writeFileSync(
      join(target, 'VW0', file),
      await narrowedPlane(file, bytes, shifted.has(loc) ? shift : 0, shift),
    );
  }
}

async function narrowedPlane(
  name: string,
  bytes: Uint8Array,
  first: number,
  less: number,
): Promise<Uint8Array> {
  const { width, height, pixels } = await readTiff(tiffInMemory(name, bytes));
  const narrowed = new Uint16Array((width - less) * height);
  for (let y = 0; y < height; y++)
    narrowed.set(
      pixels.subarray(y * width + first, y * width + first + width - less) as Uint16Array,
      y * (width - less),
    );
  return encodeTiff(width - less, height, narrowed);
}

/** The stage's step stays; half a voxel more than that share, as the step is rounded down. */
function narrowedIni(ini: string, { tile_size: [width], nominal_step: [step] }: Truth, less: number): string {
  const overlap = 100 * (1 - (step + 0.5) / (width - less));
  return ini
    .replace(/(X Resolution = )"\d+"/, `$1"${width - less}"`)
    .replace(/(Actual Horizontal Overlap \(%\) = )"[\d.]+"/, `$1"${overlap.toFixed(6)}"`);
}

function shiftedTruth(truth: Truth, shifted: ReadonlySet<number>, shift: number): Truth {
  const by = (loc: number): number => (shifted.has(loc) ? shift : 0);
  const [width, height, planes] = truth.tile_size;
  return {
    ...truth,
    tile_size: [width - shift, height, planes],
    tiles: truth.tiles.map((tile) => ({ ...tile, true_voxel: right(tile.true_voxel, by(tile.loc)) })),
    pairs: truth.pairs.map((pair) => ({
      ...pair,
      true_offset: right(pair.true_offset, by(pair.b) - by(pair.a)),
      overlap_voxels: right(pair.overlap_voxels, -shift),
    })),
  };
}

const right = ([x, y, z]: readonly [number, number, number], by: number): [number, number, number] => [
  x + by,
  y,
  z,
];
