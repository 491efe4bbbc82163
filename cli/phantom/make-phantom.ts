/** The demo's acquisition: a procedural brain-like phantom in COLM layout, whose true tile positions are known. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { experimentIni, scannedCells, truthOf } from './metadata.ts';
import { demoPhantom, type PhantomPlan, type PhantomTile, phantomTiles } from './plan.ts';
import { type TileOrder, writeTile } from './write-tile.ts';

export interface PhantomOptions extends Partial<PhantomPlan> {
  readonly folder: string;
  /** More than 1: worker threads. The files are the same. */
  readonly threads?: number;
  readonly onProgress?: (planesDone: number, planes: number) => void;
}

export const TRUTH_FILE = 'truth.json';

/**
 * Writes the folder; the same options give the same bytes. `truth.json` comes last: where it is, the acquisition is
 * complete.
 */
export async function makePhantomAcquisition(options: PhantomOptions): Promise<void> {
  const { folder, threads = 1, onProgress = () => {}, ...changes } = options;
  const plan: PhantomPlan = { ...demoPhantom, ...changes };
  const tiles = phantomTiles(plan);
  await mkdir(folder, { recursive: true });
  await rm(join(folder, TRUTH_FILE), { force: true });
  await writeFile(join(folder, 'Experiment.ini'), experimentIni(plan));
  await writeFile(join(folder, 'Scanned Cells.txt'), scannedCells(plan, tiles));
  const orders = ordersOf(folder, plan, tiles);
  let planesDone = 0;
  await eachOrder(orders, threads, () => {
    planesDone += plan.tileSize[2];
    onProgress(planesDone, orders.length * plan.tileSize[2]);
  });
  const truth = JSON.stringify(truthOf(plan, tiles), null, 1);
  await writeFile(join(folder, TRUTH_FILE), `${truth}\n`);
}

const ordersOf = (folder: string, plan: PhantomPlan, tiles: readonly PhantomTile[]): TileOrder[] =>
  tiles
    .filter(({ present }) => present)
    .flatMap((tile) =>
      Array.from({ length: plan.channels }, (_, channel) => ({ folder, plan, tile, channel })),
    );

async function eachOrder(orders: readonly TileOrder[], threads: number, done: () => void): Promise<void> {
  if (threads <= 1) {
    for (const order of orders) {
      writeTile(order);
      done();
      // A turn of the event loop, so that progress can be drawn.
      await new Promise(setImmediate);
    }
    return;
  }
  const { Piscina } = await import('piscina');
  const pool = new Piscina({ filename: workerUrl().href, minThreads: threads, maxThreads: threads });
  try {
    await Promise.all(orders.map((order) => pool.run(order).then(done)));
  } finally {
    await pool.destroy();
  }
}

/** Node 20 starts threads from JavaScript only: from the sources (tests), the built twin is taken. */
const workerUrl = (): URL =>
  import.meta.url.endsWith('.ts')
    ? new URL('../../dist/program/tile-worker.js', import.meta.url)
    : new URL('./tile-worker.js', import.meta.url);
