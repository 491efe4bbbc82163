/** Is a volume whole? Every chunk of every mip is there, can be decoded and has the right length. */
import type { ObjectStore } from '../engine/ports.ts';
import type { Vec3 } from '../geometry/box.ts';
import { inParallel } from '../in-parallel.ts';
import { cellsIn, chunkCount, volumeBox } from './chunk-grid.ts';
import { type ChunkReader, chunkReader } from './chunk-reader.ts';
import { ChunkError } from './errors.ts';
import type { StoredMip } from './info.ts';
import { openVolume } from './open-volume.ts';

const PARALLEL_CHUNKS = 8;

interface VolumeProblem {
  readonly mip: number;
  /** Key of the chunk in the store. */
  readonly chunk: string;
  readonly problem: string;
}

export interface VolumeCheck {
  /** How many were looked at: all that the volume should have. */
  readonly chunks: number;
  /** By mip, then in the order of the grid. */
  readonly problems: readonly VolumeProblem[];
}

export interface VerifyOptions {
  readonly signal?: AbortSignal;
  /** Called after each chunk. */
  readonly onChunk?: (checked: number, total: number) => void;
}

/** Throws where there is no volume to check (`VolumeError`, `UnsupportedVolumeError`) or the store cannot be read. */
export async function verifyVolume(
  store: ObjectStore,
  folder: string,
  { signal, onChunk }: VerifyOptions = {},
): Promise<VolumeCheck> {
  const { mips } = await openVolume(store, folder);
  const total = mips.reduce((sum, mip) => sum + chunkCount(mip), 0);
  const found: { at: number; problem: VolumeProblem }[] = [];
  let checked = 0;
  await inParallel(everyChunk(store, folder, mips), PARALLEL_CHUNKS, async ({ at, mip, cell, chunks }) => {
    signal?.throwIfAborted();
    const problem = await problemOf(chunks, cell);
    if (problem !== undefined) found.push({ at, problem: { mip, chunk: chunks.key(cell), problem } });
    checked += 1;
    onChunk?.(checked, total);
  });
  const problems = found.sort((a, b) => a.at - b.at).map(({ problem }) => problem);
  return { chunks: checked, problems };
}

function* everyChunk(store: ObjectStore, folder: string, mips: readonly StoredMip[]) {
  let at = 0;
  for (const [mip, stored] of mips.entries()) {
    const chunks = chunkReader(store, folder, stored);
    for (const cell of cellsIn(stored, volumeBox(stored))) yield { at: at++, mip, cell, chunks };
  }
}

async function problemOf(chunks: ChunkReader, cell: Vec3): Promise<string | undefined> {
  try {
    return (await chunks.read(cell)) === undefined ? 'missing' : undefined;
  } catch (error) {
    if (error instanceof ChunkError) return error.problem;
    throw error;
  }
}
