/** The JSON of an array of zarr 2 or 3, as far as this program reads such arrays; the rest is refused by its name. */
import { z } from 'zod';
import { type DataType, dataTypes } from '../data-type.ts';
import { UnsupportedVolumeError, VolumeError } from '../errors.ts';
import type { ZarrKeys, ZarrPacking } from './zarr-layout.ts';

/** Lists run from the slowest axis to the fastest. */
export interface StoredArray {
  readonly version: 2 | 3;
  readonly shape: readonly number[];
  readonly chunkShape: readonly number[];
  /** Whole multiples of `chunkShape`. */
  readonly shard?: {
    readonly shape: readonly number[];
    readonly isIndexFirst: boolean;
    readonly hasChecksum: boolean;
  };
  readonly dataType: DataType;
  readonly keys: ZarrKeys;
  readonly packing: ZarrPacking;
}

const sizes = z.array(z.number().int().positive()).nonempty();
const named = z.looseObject({ id: z.string() });

const array2 = z.looseObject({
  zarr_format: z.literal(2),
  shape: sizes,
  chunks: sizes,
  dtype: z.unknown(),
  order: z.string(),
  compressor: named.nullish(),
  filters: z.array(named).nullish(),
  fill_value: z.unknown(),
  dimension_separator: z.enum(['.', '/']).default('.'),
});

/** Version 3 allows the name alone. */
const extension = z.preprocess(
  (value) => (typeof value === 'string' ? { name: value } : value),
  z.looseObject({ name: z.string(), configuration: z.looseObject({}).optional() }),
);
type Extension = z.infer<typeof extension>;

const array3 = z.looseObject({
  zarr_format: z.literal(3),
  node_type: z.literal('array'),
  shape: sizes,
  data_type: z.unknown(),
  chunk_grid: extension,
  chunk_key_encoding: extension,
  fill_value: z.unknown(),
  codecs: z.array(extension),
});

/** `where` names the file in errors. Throws `VolumeError`, `UnsupportedVolumeError`. */
export function parseArray(version: 2 | 3, json: unknown, where: string): StoredArray {
  return version === 2
    ? arrayOf2(checked(array2, json, where), where)
    : arrayOf3(checked(array3, json, where), where);
}

function checked<Result>(schema: z.ZodType<Result>, json: unknown, where: string): Result {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new VolumeError(`${where} does not describe an array of zarr:\n${z.prettifyError(parsed.error)}`);
}

const refuse = (where: string, feature: string): never => {
  throw new UnsupportedVolumeError(where, feature);
};

function arrayOf2(array: z.infer<typeof array2>, where: string): StoredArray {
  if (array.order !== 'C') refuse(where, `order "${array.order}"`);
  if (array.filters?.length) refuse(where, `the filter ${array.filters[0]!.id}`);
  checkFill(array.fill_value, where);
  return {
    version: 2,
    shape: array.shape,
    chunkShape: sameRank(array.chunks, array.shape, where),
    dataType: dataTypeOf2(array.dtype, where),
    keys: { prefix: '', separator: array.dimension_separator },
    packing: array.compressor ? knownPacking(array.compressor.id, where) : 'none',
  };
}

const NUMPY_KINDS: Readonly<Record<string, string>> = { u: 'uint', i: 'int', f: 'float' };

function dataTypeOf2(dtype: unknown, where: string): DataType {
  const [, order, kind = '', bytes] = /^([<>|])([a-z])(\d+)$/.exec(String(dtype)) ?? [];
  if (order === '>' && bytes !== '1') refuse(where, `big-endian voxels (${dtype})`);
  return knownType(`${NUMPY_KINDS[kind]}${8 * Number(bytes)}`, String(dtype), where);
}

function knownType(name: string, found: string, where: string): DataType {
  return dataTypes.find((type) => type === name) ?? refuse(where, `the data type ${found}`);
}

/** What chunks that are not there stand for. */
function checkFill(value: unknown, where: string): void {
  const isZero = value === undefined || value === null || Number(value) === 0;
  if (!isZero) refuse(where, `a fill value of ${JSON.stringify(value)}`);
}

function sameRank(list: readonly number[], shape: readonly number[], where: string): readonly number[] {
  if (list.length === shape.length) return list;
  throw new VolumeError(`${where}: chunks of ${list.length} axes in an array of ${shape.length}`);
}

function arrayOf3(array: z.infer<typeof array3>, where: string): StoredArray {
  const { shape, chunk_grid: grid, chunk_key_encoding: encoding } = array;
  if (grid.name !== 'regular') refuse(where, `the chunk grid "${grid.name}"`);
  checkFill(array.fill_value, where);
  const outer = shapeIn(grid, shape, where);
  const [first, ...more] = array.codecs;
  const sharding = first?.name === 'sharding_indexed' ? shardingOf(first, where) : undefined;
  if (sharding && more.length > 0) refuse(where, `the codec ${more[0]!.name} around shards`);
  const dataType = knownType(String(array.data_type), JSON.stringify(array.data_type), where);
  const common = { version: 3, shape, dataType, keys: keysOf(encoding, where) } as const;
  if (sharding === undefined)
    return { ...common, chunkShape: outer, packing: packingOf(array.codecs, where) };
  const inner = sameRank(sharding.chunk_shape, shape, where);
  if (inner.some((size, axis) => outer[axis]! % size !== 0))
    throw new VolumeError(`${where}: shards of ${outer} are no whole multiples of chunks of ${inner}`);
  return {
    ...common,
    chunkShape: inner,
    shard: {
      shape: outer,
      isIndexFirst: sharding.index_location === 'start',
      hasChecksum: checksumIn(sharding.index_codecs, where),
    },
    packing: packingOf(sharding.codecs, where),
  };
}

const shapeIn = ({ configuration }: Extension, shape: readonly number[], where: string): readonly number[] =>
  sameRank(checked(z.looseObject({ chunk_shape: sizes }), configuration, where).chunk_shape, shape, where);

const separatorSchema = z.looseObject({ separator: z.enum(['/', '.']).optional() });

function keysOf({ name, configuration }: Extension, where: string): ZarrKeys {
  const { separator } = checked(separatorSchema, configuration ?? {}, where);
  if (name === 'default') return { prefix: 'c', separator: separator ?? '/' };
  if (name === 'v2') return { prefix: '', separator: separator ?? '.' };
  return refuse(where, `the chunk key encoding "${name}"`);
}

const shardingSchema = z.looseObject({
  chunk_shape: sizes,
  codecs: z.array(extension),
  index_codecs: z.array(extension),
  index_location: z.enum(['start', 'end']).default('end'),
});

const shardingOf = ({ configuration }: Extension, where: string): z.infer<typeof shardingSchema> =>
  checked(shardingSchema, configuration, where);

function checksumIn(codecs: readonly Extension[], where: string): boolean {
  const rest = afterBytes(codecs, where);
  if (rest.some(({ name }) => name !== 'crc32c')) refuse(where, `the index codec ${rest[0]!.name}`);
  return rest.length > 0;
}

function packingOf(codecs: readonly Extension[], where: string): ZarrPacking {
  const [packing, ...more] = afterBytes(codecs, where);
  if (packing === undefined) return 'none';
  return knownPacking([packing, ...more].map(({ name }) => name).join(' + '), where);
}

const knownPacking = (name: string, where: string): ZarrPacking =>
  (['gzip', 'zlib', 'zstd'] as const).find((known) => known === name) ?? refuse(where, `compression ${name}`);

/** Without the codec that says how numbers become bytes: little endian. */
function afterBytes(codecs: readonly Extension[], where: string): readonly Extension[] {
  const [first, ...rest] = codecs;
  if (first?.name !== 'bytes') return refuse(where, `the codec ${first?.name ?? 'list without "bytes"'}`);
  if (first.configuration?.endian === 'big') return refuse(where, 'big-endian voxels');
  return rest;
}
