/** One block of labels: gathered from its chunk, its distinct labels in ascending order, and every voxel's place in them. */
import type { Vec3 } from '../../../geometry/box.ts';
import { type SegmentationShape, voxelsOfBlock, wordsPerLabel } from './layout.ts';

/** Memory for one block after the other; labels of one word have 0 for their high one. */
export interface LabelBlock {
  readonly low: Uint32Array;
  readonly high: Uint32Array;
  /** The distinct labels, ascending; the first `count` are of this block. */
  readonly tableLow: Uint32Array;
  readonly tableHigh: Uint32Array;
  count: number;
}

export function openLabelBlock({ block }: SegmentationShape): LabelBlock {
  const words = (): Uint32Array => new Uint32Array(voxelsOfBlock(block));
  return { low: words(), high: words(), tableLow: words(), tableHigh: words(), count: 0 };
}

/** `labels`: of one channel of the chunk. Beyond the chunk's border the block repeats its first label. */
export function gatherBlock(
  into: LabelBlock,
  labels: Uint32Array,
  { size, block, type }: SegmentationShape,
  cell: Vec3,
): void {
  const perLabel = wordsPerLabel(type);
  const [x0, y0, z0] = [cell[0] * block[0], cell[1] * block[1], cell[2] * block[2]];
  const first = perLabel * (x0 + size[0] * (y0 + size[1] * z0));
  into.low.fill(labels[first]!);
  into.high.fill(perLabel === 2 ? labels[first + 1]! : 0);
  const width = Math.min(block[0], size[0] - x0);
  for (let z = z0; z < Math.min(z0 + block[2], size[2]); z++)
    for (let y = y0; y < Math.min(y0 + block[1], size[1]); y++) {
      let to = block[0] * (y - y0 + block[1] * (z - z0));
      let from = perLabel * (x0 + size[0] * (y + size[1] * z));
      for (let x = 0; x < width; x++, to++, from += perLabel) {
        into.low[to] = labels[from]!;
        if (perLabel === 2) into.high[to] = labels[from + 1]!;
      }
    }
  findLabels(into);
}

function findLabels(own: LabelBlock): void {
  const { low, high, tableLow, tableHigh } = own;
  tableLow[0] = low[0]!;
  tableHigh[0] = high[0]!;
  own.count = 1;
  for (let i = 1; i < low.length; i++) {
    if (low[i] === low[i - 1] && high[i] === high[i - 1]) continue;
    const at = placeOf(own, low[i]!, high[i]!);
    if (at < own.count && tableLow[at] === low[i] && tableHigh[at] === high[i]) continue;
    tableLow.copyWithin(at + 1, at, own.count);
    tableHigh.copyWithin(at + 1, at, own.count);
    tableLow[at] = low[i]!;
    tableHigh[at] = high[i]!;
    own.count += 1;
  }
}

/** Of a label in the table, or where it would have to stand. */
function placeOf({ tableLow, tableHigh, count }: LabelBlock, low: number, high: number): number {
  let [from, to] = [0, count];
  while (from < to) {
    const middle = (from + to) >>> 1;
    const above = tableHigh[middle]!;
    if (above < high || (above === high && tableLow[middle]! < low)) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** Packs the places, so many bits each, into words that are 0. Returns the number of words. */
export function packPlaces(own: LabelBlock, bits: number, words: Uint32Array): number {
  if (bits === 0) return 0;
  const { low, high } = own;
  let place = placeOf(own, low[0]!, high[0]!);
  for (let i = 0, bit = 0; i < low.length; i++, bit += bits) {
    if (i > 0 && (low[i] !== low[i - 1] || high[i] !== high[i - 1])) place = placeOf(own, low[i]!, high[i]!);
    words[bit >>> 5]! |= place << (bit & 31);
  }
  return Math.ceil((low.length * bits) / 32);
}
