/** `compressed_segmentation` to voxels. No word of the data is believed before it is known to lie inside them. */
import type { Vec3 } from '../../../geometry/box.ts';
import {
  blockGrid,
  HEADER_WORDS,
  type SegmentationShape,
  TABLE_OFFSETS,
  voxelsOfBlock,
  wordsPerLabel,
} from './layout.ts';

/** What is wrong with the data, for a `ChunkError`. */
export class SegmentationDataError extends Error {
  override readonly name = 'SegmentationDataError';
}

const BITS: ReadonlySet<number> = new Set([0, 1, 2, 4, 8, 16, 32]);

/**
 * The labels as 32-bit words, low word first where they have two; x fastest, then y, z, channel.
 * @throws SegmentationDataError
 */
export function decodeSegmentation(words: Uint32Array, shape: SegmentationShape): Uint32Array<ArrayBuffer> {
  const perLabel = wordsPerLabel(shape.type);
  const perChannel = voxelsOfBlock(shape.size) * perLabel;
  const headers = HEADER_WORDS * voxelsOfBlock(blockGrid(shape));
  const labels = new Uint32Array(perChannel * shape.channels);
  for (let channel = 0; channel < shape.channels; channel++) {
    const start = words[channel];
    if (start === undefined || start < shape.channels || start + headers > words.length)
      throw new SegmentationDataError(
        `channel ${channel} begins at word ${start ?? 'none'} of ${words.length}, and has ${headers} words of headers`,
      );
    decodeChannel(words.subarray(start), shape, labels.subarray(channel * perChannel));
  }
  return labels;
}

function decodeChannel(words: Uint32Array, shape: SegmentationShape, labels: Uint32Array): void {
  const [gx, gy, gz] = blockGrid(shape);
  const unpack = shape.type === 'uint64' ? unpackPairs : unpackWords;
  let header = 0;
  for (let z = 0; z < gz; z++)
    for (let y = 0; y < gy; y++)
      for (let x = 0; x < gx; x++, header += HEADER_WORDS)
        unpack(words, placesOf(words, header, shape), shape, [x, y, z], labels);
}

/** Where a block's tables and places are: all offsets and the number of bits are sound. */
interface Places {
  readonly bits: number;
  readonly table: number;
  /** Labels that lie between the table's begin and the end of the data: places in it must be below. */
  readonly entries: number;
  readonly values: number;
}

function placesOf(words: Uint32Array, header: number, { block, type }: SegmentationShape): Places {
  const first = words[header]!;
  const bits = first >>> 24;
  const table = first % TABLE_OFFSETS;
  const values = words[header + 1]!;
  if (!BITS.has(bits))
    throw new SegmentationDataError(
      `block ${header / HEADER_WORDS} has ${bits} bits a voxel, expected 0, 1, 2, 4, 8, 16 or 32`,
    );
  const length = Math.ceil((voxelsOfBlock(block) * bits) / 32);
  const entries = Math.floor((words.length - table) / wordsPerLabel(type));
  if (entries < 1 || (bits > 0 && values + length > words.length))
    throw new SegmentationDataError(
      `block ${header / HEADER_WORDS} has its table at word ${table} and ${length} words of values at ${values}, but the channel has ${words.length}`,
    );
  return { bits, table, entries, values };
}

type Unpack = (
  words: Uint32Array,
  places: Places,
  shape: SegmentationShape,
  cell: Vec3,
  labels: Uint32Array,
) => void;

const unpackWords: Unpack = (words, { bits, table, entries, values }, { size, block }, cell, labels) => {
  const [x0, y0, z0] = [cell[0] * block[0], cell[1] * block[1], cell[2] * block[2]];
  const width = Math.min(block[0], size[0] - x0);
  const mask = maskOf(bits);
  for (let z = z0; z < Math.min(z0 + block[2], size[2]); z++)
    for (let y = y0; y < Math.min(y0 + block[1], size[1]); y++) {
      let to = x0 + size[0] * (y + size[1] * z);
      if (bits === 0) {
        labels.fill(words[table]!, to, to + width);
        continue;
      }
      let bit = bits * block[0] * (y - y0 + block[1] * (z - z0));
      for (let x = 0; x < width; x++, bit += bits) {
        const place = ((words[values + (bit >>> 5)]! >>> (bit & 31)) & mask) >>> 0;
        if (place >= entries) throw beyondTable(place, entries);
        labels[to++] = words[table + place]!;
      }
    }
};

/** The same for labels of two words. */
const unpackPairs: Unpack = (words, { bits, table, entries, values }, { size, block }, cell, labels) => {
  const [x0, y0, z0] = [cell[0] * block[0], cell[1] * block[1], cell[2] * block[2]];
  const width = Math.min(block[0], size[0] - x0);
  const mask = maskOf(bits);
  for (let z = z0; z < Math.min(z0 + block[2], size[2]); z++)
    for (let y = y0; y < Math.min(y0 + block[1], size[1]); y++) {
      let to = 2 * (x0 + size[0] * (y + size[1] * z));
      let bit = bits * block[0] * (y - y0 + block[1] * (z - z0));
      for (let x = 0; x < width; x++, bit += bits) {
        const place = bits === 0 ? 0 : ((words[values + (bit >>> 5)]! >>> (bit & 31)) & mask) >>> 0;
        if (place >= entries) throw beyondTable(place, entries);
        labels[to++] = words[table + 2 * place]!;
        labels[to++] = words[table + 2 * place + 1]!;
      }
    }
};

const maskOf = (bits: number): number => (bits === 32 ? 0xffff_ffff : 2 ** bits - 1);

const beyondTable = (place: number, entries: number): SegmentationDataError =>
  new SegmentationDataError(
    `a voxel has label ${place} of its table, but only ${entries} lie between the table and the end of the data`,
  );
