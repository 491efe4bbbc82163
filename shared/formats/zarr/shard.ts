/** A shard of zarr's `sharding_indexed`: encoded chunks, then the index that says where each lies (FORMATS section 13). */
import { crc32c } from './crc32c.ts';

export const ENTRY_BYTES = 16;
export const CHECKSUM_BYTES = 4;
export const ABSENT = 0xffff_ffff_ffff_ffffn;

/** `chunks`: of the shard's whole grid in C order, undefined where there is none. */
export function encodeShard(chunks: readonly (Uint8Array | undefined)[]): Uint8Array {
  const index = new Uint8Array(chunks.length * ENTRY_BYTES + CHECKSUM_BYTES);
  const view = new DataView(index.buffer);
  let at = 0;
  for (const [i, chunk] of chunks.entries()) {
    view.setBigUint64(i * ENTRY_BYTES, chunk ? BigInt(at) : ABSENT, true);
    view.setBigUint64(i * ENTRY_BYTES + 8, chunk ? BigInt(chunk.length) : ABSENT, true);
    at += chunk?.length ?? 0;
  }
  const entries = index.subarray(0, chunks.length * ENTRY_BYTES);
  view.setUint32(entries.length, crc32c(entries), true);
  return Buffer.concat([...chunks.filter((chunk) => chunk !== undefined), index]);
}
