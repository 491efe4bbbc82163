/** What a scale's `sharding` says (FORMATS section 5): which file holds a chunk, and how it is packed there. */
import { z } from 'zod';

const bits = z.number().int().min(0).max(64);
const packing = z.enum(['raw', 'gzip']).default('raw');

export const shardingSchema = z
  .looseObject({
    '@type': z.literal('neuroglancer_uint64_sharded_v1'),
    preshift_bits: bits,
    hash: z.enum(['identity', 'murmurhash3_x86_128']),
    minishard_bits: bits,
    shard_bits: bits,
    minishard_index_encoding: packing,
    data_encoding: packing,
  })
  .refine((spec) => spec.minishard_bits + spec.shard_bits <= 64, {
    error: 'minishard_bits and shard_bits are more than 64 together',
  })
  // The shard index alone would be 16 TiB; beyond this, positions in it are no longer whole numbers either.
  .refine((spec) => spec.minishard_bits <= MOST_MINISHARD_BITS, {
    error: 'more than 40 minishard_bits',
  });

const MOST_MINISHARD_BITS = 40;

export type Sharding = z.infer<typeof shardingSchema>;
