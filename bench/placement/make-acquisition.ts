/** Makes acquisitions by the generator that lies beside the checkout; they are gone after their use. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Recipe } from './recipes.ts';

/** Where npm runs scripts. */
const shared = resolve('../shared');
const generator = join(shared, 'tools/make_colm.py');
const signal = join(shared, 'data/lightsheet_cellfinder/signal.tif');
export const realAcquisition = join(shared, 'data/colm_cellfinder_3x4');

/** Why acquisitions cannot be made here; undefined where they can. */
export function whyNotMade(): string | undefined {
  const absent = [generator, signal].find((file) => !existsSync(file));
  if (absent !== undefined) return `there is no ${absent}`;
  const { status } = spawnSync('python3', ['-c', 'import numpy']);
  return status === 0 ? undefined : 'there is no python3 with numpy';
}

/** A folder for one figure's work, gone afterwards. */
export async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'cloudreg-bench-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Calls `work` with the acquisition's folder, which holds `truth.json`. With `CLOUDREG_BENCH_DATA` set, acquisitions are
 * kept in that folder and made once.
 */
export async function withAcquisition<T>(recipe: Recipe, work: (folder: string) => Promise<T>): Promise<T> {
  const kept = process.env.CLOUDREG_BENCH_DATA;
  if (kept === undefined)
    return inFolder((folder) => {
      make(recipe, join(folder, recipe.name));
      return work(join(folder, recipe.name));
    });
  const made = resolve(
    kept,
    `${recipe.name}-${createHash('sha256').update(recipe.words).digest('hex').slice(0, 8)}`,
  );
  if (!existsSync(made)) {
    make(recipe, `${made}.unfinished`);
    renameSync(`${made}.unfinished`, made);
  }
  return work(made);
}

/** The volume that tiles were cut from, where the recipe asks for it. */
export const sourceFile = (acquisition: string): string => join(acquisition, 'source.npy');

function make({ words }: Recipe, folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  const files: Readonly<Record<string, string>> = { SIGNAL: signal, SOURCE: sourceFile(folder) };
  const all = [generator, ...words.split(' ').map((word) => files[word] ?? word), '--out', folder];
  const { status, stderr } = spawnSync('python3', all, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`python3 ${all.join(' ')} ended with ${status}: ${stderr}`);
}
