/** The planes of one channel of one tile, as files. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeTiff } from '../../shared/formats/tiff/write.ts';
import { expose, normalTable, vignetteOf } from './camera.ts';
import { latticeBits } from './lattice-noise.ts';
import { type PhantomPlan, type PhantomTile, vignetteSeed } from './plan.ts';
import { renderTile } from './render-tile.ts';

export interface TileOrder {
  readonly folder: string;
  readonly plan: PhantomPlan;
  readonly tile: PhantomTile;
  readonly channel: number;
}

const digits = (value: number, length: number): string => String(value).padStart(length, '0');

/** Synchronous, because it has a thread of its own. */
export function writeTile({ folder, plan, tile, channel }: TileOrder): void {
  const directory = join(folder, 'VW0', `LOC${digits(tile.loc, 3)}`);
  mkdirSync(directory, { recursive: true });
  const [width, height] = plan.tileSize;
  const vignette = vignetteOf(plan, width, height, vignetteSeed(plan));
  const table = normalTable();
  let plane = 0;
  for (const light of renderTile(plan, tile, channel)) {
    const seed = latticeBits(plan.seed + 5000, tile.loc, channel, plane);
    const counts = expose(light, vignette, plan, table, seed);
    const name = `VW0_LOC${digits(tile.loc, 3)}D_CM0_CHN${digits(channel, 2)}_PLN${digits(plane++, 4)}.tif`;
    writeFileSync(join(directory, name), encodeTiff(width, height, counts));
  }
}
