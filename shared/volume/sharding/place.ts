/** Where a chunk lies: its id in the grid, and from the id its shard and minishard (FORMATS sections 5.1 to 5.4). */
import type { Vec3 } from '../../geometry/box.ts';
import { murmurHash } from './murmur-hash.ts';
import type { Sharding } from './sharding.ts';

export interface ShardPlace {
  /** Name of the shard's file. */
  readonly file: string;
  readonly minishard: number;
}

/** The compressed Morton code: bits of x, y, z in turn, of each axis no more than its grid needs. */
export function chunkId(cell: Vec3, gridSize: Vec3): bigint {
  let id = 0n;
  let at = 0n;
  for (let bit = 0; bit < 53; bit++) {
    for (const axis of [0, 1, 2] as const) {
      if (2 ** bit >= gridSize[axis]) continue;
      if (Math.floor(cell[axis] / 2 ** bit) % 2 === 1) id |= 1n << at;
      at += 1n;
    }
  }
  return id;
}

export function placeOf(id: bigint, sharding: Sharding): ShardPlace {
  const shifted = id >> BigInt(sharding.preshift_bits);
  const hash = sharding.hash === 'identity' ? shifted : murmurHash(shifted);
  const shard = BigInt.asUintN(sharding.shard_bits, hash >> BigInt(sharding.minishard_bits));
  const digits = Math.ceil(sharding.shard_bits / 4);
  return {
    file: `${shard.toString(16).padStart(digits, '0')}.shard`,
    minishard: Number(BigInt.asUintN(sharding.minishard_bits, hash)),
  };
}
