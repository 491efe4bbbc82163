/** The JSON that describes one array of zarr version 2 or 3: C order, little endian, gzip or plain, chunks at keys with slashes. */
import type { JsonObject } from '../../engine/records.ts';
import type { DataType } from '../../volume/data-type.ts';

export interface ZarrArray {
  /** Slowest axis first, as all lists here. */
  readonly shape: readonly number[];
  readonly chunkShape: readonly number[];
  /** Version 3 only: whole multiples of `chunkShape`, each one object. */
  readonly shardShape?: readonly number[] | undefined;
  readonly axes: readonly string[];
  readonly dataType: DataType;
  /** Absent: chunks as they are. */
  readonly gzipLevel?: number | undefined;
}

/** `.zarray` */
export const arrayMetadata2 = ({ shape, chunkShape, dataType, gzipLevel }: ZarrArray): JsonObject => ({
  zarr_format: 2,
  shape: [...shape],
  chunks: [...chunkShape],
  dtype: NUMPY_TYPES[dataType],
  order: 'C',
  compressor: gzipLevel === undefined ? null : { id: 'gzip', level: gzipLevel },
  filters: null,
  fill_value: 0,
  dimension_separator: '/',
});

const NUMPY_TYPES: Readonly<Record<DataType, string>> = {
  uint8: '|u1',
  int8: '|i1',
  uint16: '<u2',
  int16: '<i2',
  uint32: '<u4',
  int32: '<i4',
  uint64: '<u8',
  float32: '<f4',
};

/** `zarr.json` of an array */
export const arrayMetadata3 = (array: ZarrArray): JsonObject => ({
  zarr_format: 3,
  node_type: 'array',
  shape: [...array.shape],
  data_type: array.dataType,
  chunk_grid: {
    name: 'regular',
    configuration: { chunk_shape: [...(array.shardShape ?? array.chunkShape)] },
  },
  chunk_key_encoding: { name: 'default', configuration: { separator: '/' } },
  fill_value: 0,
  codecs: array.shardShape ? [shardCodec(array)] : chunkCodecs(array),
  dimension_names: [...array.axes],
  attributes: {},
});

const LITTLE_ENDIAN = { name: 'bytes', configuration: { endian: 'little' } };

const chunkCodecs = ({ gzipLevel }: ZarrArray): JsonObject[] => [
  LITTLE_ENDIAN,
  ...(gzipLevel === undefined ? [] : [{ name: 'gzip', configuration: { level: gzipLevel } }]),
];

const shardCodec = (array: ZarrArray): JsonObject => ({
  name: 'sharding_indexed',
  configuration: {
    chunk_shape: [...array.chunkShape],
    codecs: chunkCodecs(array),
    index_codecs: [LITTLE_ENDIAN, { name: 'crc32c' }],
    index_location: 'end',
  },
});
