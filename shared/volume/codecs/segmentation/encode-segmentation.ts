/** Voxels to `compressed_segmentation`: tables in ascending order, and written once where blocks have the same one. */
import { gatherBlock, type LabelBlock, openLabelBlock, packPlaces } from './label-block.ts';
import {
  blockGrid,
  HEADER_WORDS,
  mostWords,
  type SegmentationShape,
  TABLE_OFFSETS,
  voxelsOfBlock,
  wordsPerLabel,
} from './layout.ts';

/**
 * `labels`: 32-bit words, low word first where they have two; x fastest, then y, z, channel. Equal labels give equal words.
 * @throws RangeError where a chunk is too large for the format
 */
export function encodeSegmentation(labels: Uint32Array, shape: SegmentationShape): Uint32Array<ArrayBuffer> {
  const words = new Uint32Array(mostWords(shape));
  const perChannel = voxelsOfBlock(shape.size) * wordsPerLabel(shape.type);
  let end = shape.channels;
  for (let channel = 0; channel < shape.channels; channel++) {
    words[channel] = end;
    const own = labels.subarray(channel * perChannel, (channel + 1) * perChannel);
    end += encodeChannel(own, shape, words.subarray(end));
  }
  return words.slice(0, end);
}

/** Returns the number of words. */
function encodeChannel(labels: Uint32Array, shape: SegmentationShape, words: Uint32Array): number {
  const [gx, gy, gz] = blockGrid(shape);
  const block = openLabelBlock(shape);
  const perLabel = wordsPerLabel(shape.type);
  /** Where a table with this hash was written last. */
  const tables = new Map<number, number>();
  let end = HEADER_WORDS * gx * gy * gz;
  let header = 0;
  for (let z = 0; z < gz; z++)
    for (let y = 0; y < gy; y++)
      for (let x = 0; x < gx; x++, header += HEADER_WORDS) {
        gatherBlock(block, labels, shape, [x, y, z]);
        const bits = bitsFor(block.count);
        words[header + 1] = end;
        end += packPlaces(block, bits, words.subarray(end));
        writeTable(block, perLabel, words, end);
        const length = block.count * perLabel;
        const hash = hashOf(words, end, length);
        const before = tables.get(hash);
        const isKnown = before !== undefined && isSame(words, before, end, length);
        words[header] = checkOffset(isKnown ? before : end, shape) + bits * TABLE_OFFSETS;
        if (isKnown) words.fill(0, end, end + length);
        else {
          tables.set(hash, end);
          end += length;
        }
      }
  return end;
}

/** The smallest number of bits the format has that tells so many labels apart. */
function bitsFor(count: number): number {
  let bits = count > 1 ? 1 : 0;
  while (2 ** bits < count) bits *= 2;
  return bits;
}

function writeTable(
  { tableLow, tableHigh, count }: LabelBlock,
  perLabel: 1 | 2,
  words: Uint32Array,
  at: number,
): void {
  for (let i = 0; i < count; i++) {
    words[at + perLabel * i] = tableLow[i]!;
    if (perLabel === 2) words[at + 2 * i + 1] = tableHigh[i]!;
  }
}

/** FNV-1a over words. */
function hashOf(words: Uint32Array, at: number, length: number): number {
  let hash = 0x811c_9dc5 ^ length;
  for (let i = at; i < at + length; i++) hash = Math.imul(hash ^ words[i]!, 0x0100_0193);
  return hash;
}

/** The one at `a` is written for good, the one at `b` follows all that is. */
function isSame(words: Uint32Array, a: number, b: number, length: number): boolean {
  if (a + length > b) return false;
  for (let i = 0; i < length; i++) if (words[a + i] !== words[b + i]) return false;
  return true;
}

function checkOffset(table: number, { size }: SegmentationShape): number {
  if (table < TABLE_OFFSETS) return table;
  throw new RangeError(
    `A chunk of ${size.join(' x ')} voxels with so many labels is too large for compressed_segmentation: take smaller chunks`,
  );
}
