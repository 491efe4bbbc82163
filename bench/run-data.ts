/** Acquisitions of any size for `bench run`: one noisy phantom tile, copied to every place of the grid. */
import { copyFileSync, linkSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makePhantomAcquisition } from '../cli/phantom/make-phantom.ts';

const TILE = [512, 512, 64] as const;

export const bytesOfTile = TILE[0] * TILE[1] * TILE[2] * 2;

/** `side` x `side` tiles of 512 x 512 x 64, 16 bit, uncompressed; returns the raw bytes. */
export async function makeAcquisition(folder: string, side: number): Promise<number> {
  const one = `${folder}-tile`;
  await makePhantomAcquisition({ folder: one, seed: 1, rows: 1, columns: 1, tileSize: TILE, channels: 1 });
  fillGrid(one, folder, side, copyFileSync);
  return side * side * bytesOfTile;
}

/** The same planes four times, by hard links: a larger acquisition for the price of its directories. */
export function enlarge(folder: string, target: string, side: number): void {
  fillGrid(folder, target, side, linkSync);
}

function fillGrid(
  source: string,
  folder: string,
  side: number,
  place: (from: string, to: string) => void,
): void {
  mkdirSync(folder, { recursive: true });
  const ini = readFileSync(join(source, 'Experiment.ini'), 'utf8')
    .replace(/Num Horizontal = "\d+"/, `Num Horizontal = "${side}"`)
    .replace(/Num Vertical = "\d+"/, `Num Vertical = "${side}"`);
  writeFileSync(join(folder, 'Experiment.ini'), ini);
  writeFileSync(join(folder, 'Scanned Cells.txt'), `${Array(side).fill('1').join(',')}\r\n`.repeat(side));
  const sources = readdirSync(join(source, 'VW0')).sort();
  for (let loc = 0; loc < side * side; loc++) {
    const from = sources[loc % sources.length]!;
    const name = `LOC${String(loc).padStart(3, '0')}`;
    mkdirSync(join(folder, 'VW0', name), { recursive: true });
    for (const plane of readdirSync(join(source, 'VW0', from)))
      place(join(source, 'VW0', from, plane), join(folder, 'VW0', name, plane.replace(from, name)));
  }
}
