/** Bytes of a shard that its index speaks of: neither the numbers nor the file's length are believed. */
import type { ObjectStore } from '../engine/ports.ts';
import { ChunkError } from './errors.ts';

export interface Span {
  readonly start: number;
  readonly end: number;
}

/** `where` names the chunk or index in the `ChunkError`. */
export function spanOf(start: bigint, size: bigint, where: string): Span {
  if (size >= 0n && start + size <= BigInt(Number.MAX_SAFE_INTEGER))
    return { start: Number(start), end: Number(start + size) };
  throw new ChunkError(where, `the index speaks of ${size} bytes from byte ${start}`);
}

/** Throws `ChunkError` where the file is shorter. */
export async function readSpan(
  store: ObjectStore,
  key: string,
  { start, end }: Span,
  where: string,
): Promise<Uint8Array> {
  const bytes = (await store.getRanges(key, [{ start, end }]))?.[0];
  if (bytes?.length === end - start) return bytes;
  throw new ChunkError(
    where,
    `${bytes?.length ?? 0} bytes from byte ${start} on, the index says ${end - start}: the file is cut short`,
  );
}
