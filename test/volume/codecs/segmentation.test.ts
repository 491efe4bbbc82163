import { describe, expect, it } from 'vitest';
import { memoryStore } from '../../../shared/adapters/memory/store.ts';
import type { Vec3 } from '../../../shared/geometry/box.ts';
import { decodeLabelChunk } from '../../../shared/volume/codecs/decode.ts';
import {
  decodeSegmentation,
  SegmentationDataError,
} from '../../../shared/volume/codecs/segmentation/decode-segmentation.ts';
import { encodeSegmentation } from '../../../shared/volume/codecs/segmentation/encode-segmentation.ts';
import { mostWords, type SegmentationShape } from '../../../shared/volume/codecs/segmentation/layout.ts';
import { openVolume } from '../../../shared/volume/open-volume.ts';
import { verifyVolume } from '../../../shared/volume/verify-volume.ts';
import { writeChunk, writeVolumeInfo } from '../../../shared/volume/write-volume.ts';

/** Numbers from 0 up to 1 (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const shape = (size: Vec3, over: Partial<SegmentationShape> = {}): SegmentationShape => ({
  size,
  block: [8, 8, 8],
  channels: 1,
  type: 'uint64',
  ...over,
});

/** `kinds`: how many labels there are; they use all 32 bits of each word. */
function labelsFor({ size, channels, type }: SegmentationShape, kinds: number, random: () => number) {
  const words = type === 'uint64' ? 2 : 1;
  const table = Uint32Array.from({ length: kinds * words }, () => Math.floor(random() * 2 ** 32));
  const labels = new Uint32Array(size[0] * size[1] * size[2] * channels * words);
  let own = 0;
  for (let i = 0; i < labels.length; i += words) {
    if (random() < 0.4) own = Math.floor(random() * kinds);
    for (let w = 0; w < words; w++) labels[i + w] = table[own * words + w]!;
  }
  return labels;
}

describe('compressed_segmentation', () => {
  it('gives back every label, whatever the chunk, the block and the number of labels', () => {
    for (let seed = 1; seed <= 60; seed++) {
      const random = randomFrom(seed);
      const upTo = (most: number): number => 1 + Math.floor(random() * most);
      const own = shape([upTo(21), upTo(21), upTo(21)], {
        block: [upTo(9), upTo(9), upTo(9)],
        channels: upTo(2),
        type: random() < 0.5 ? 'uint32' : 'uint64',
      });
      const labels = labelsFor(own, upTo(random() < 0.5 ? 4 : 700), random);
      const words = encodeSegmentation(labels, own);
      expect(decodeSegmentation(words, own), `seed ${seed}`).toEqual(labels);
      expect(words.length, `seed ${seed}`).toBeLessThanOrEqual(mostWords(own));
    }
  });

  it('needs no bits for one label, and one table for blocks with the same labels', () => {
    const own = shape([16, 16, 16]);
    const one = new Uint32Array(2 * 16 ** 3).fill(0xffff_ffff);
    // A word for the channel, two a block, and one label of two words.
    expect(encodeSegmentation(one, own)).toHaveLength(1 + 2 * 8 + 2);
    const two = one.slice();
    for (let i = 0; i < two.length; i += 14) two[i] = 7;
    expect(encodeSegmentation(two, own)).toHaveLength(1 + 2 * 8 + 8 * 16 + 4);
  });

  it('takes 16 bits where a block has 300 labels', () => {
    const own = shape([8, 8, 8], { type: 'uint32' });
    const labels = Uint32Array.from({ length: 512 }, (_, i) => i % 300);
    const words = encodeSegmentation(labels, own);
    expect(words[1]! >>> 24).toBe(16);
    expect(decodeSegmentation(words, own)).toEqual(labels);
  });

  it('refuses a chunk whose tables lie beyond 24 bits', () => {
    const own = shape([256, 256, 128], { block: [4, 4, 4] });
    const labels = Uint32Array.from({ length: 2 * 256 * 256 * 128 }, (_, i) => i);
    expect(() => encodeSegmentation(labels, own)).toThrow(/256 x 256 x 128 voxels.*smaller chunks/);
  }, 120_000);

  it.each([
    ['an offset of the channel outside', (words: Uint32Array) => (words[0] = 1e9)],
    ['no such number of bits', (words: Uint32Array) => (words[1] = 3 << 24)],
    ['a table outside', (words: Uint32Array) => (words[1] = words[1]! | 0xff_ffff)],
    ['values outside', (words: Uint32Array) => (words[2] = 0xffff_fff0)],
    [
      'a place outside its table',
      (words: Uint32Array) => words.fill(0xffff_ffff, words[2]! + 1, words[2]! + 3),
    ],
  ])('refuses %s', (_, spoil) => {
    const own = shape([8, 8, 8], { type: 'uint32' });
    const words = encodeSegmentation(
      Uint32Array.from({ length: 512 }, (_, i) => i % 200),
      own,
    );
    spoil(words);
    expect(() => decodeSegmentation(words, own)).toThrow(SegmentationDataError);
  });

  it('gives labels or a named error for any damage, and nothing else', async () => {
    const own = shape([13, 9, 10]);
    for (let seed = 1; seed <= 400; seed++) {
      const random = randomFrom(seed);
      const words = encodeSegmentation(labelsFor(own, 1 + Math.floor(random() * 40), random), own);
      let bytes = new Uint8Array(words.buffer);
      for (let n = 0; n < 3; n++) bytes[Math.floor(random() * Math.min(bytes.length, 90))] = random() * 256;
      if (random() < 0.3) bytes = bytes.slice(0, Math.floor(random() * bytes.length));
      const decoded = decodeLabelChunk({ bytes, encoding: undefined }, own, 'chunk').then(
        (labels) => labels.length === 13 * 9 * 10,
        (error: Error) => error.name === 'ChunkError',
      );
      expect(await decoded, `seed ${seed}`).toBe(true);
    }
  });

  it('is written and read as a volume, and says how in its info', async () => {
    const store = memoryStore();
    const mip = {
      key: '1_1_1',
      sizeVoxels: [20, 9, 11],
      resolutionNm: [1, 1, 1],
      factorFromPrevious: [1, 1, 1],
      chunkSize: [16, 16, 16],
      dataType: 'uint64',
      labelBlock: [8, 8, 8],
    } as const;
    await writeVolumeInfo(store, 'labels', [mip], { type: 'segmentation' });
    const labels = BigUint64Array.from({ length: 16 * 9 * 11 }, (_, i) => 2n ** 63n + BigInt(i % 5));
    await writeChunk(store, 'labels', mip, [0, 0, 0], labels);
    await writeChunk(store, 'labels', mip, [1, 0, 0], new BigUint64Array(4 * 9 * 11).fill(3n));
    const volume = await openVolume(store, 'labels');
    expect(volume.info.scales[0]).toMatchObject({
      encoding: 'compressed_segmentation',
      compressed_segmentation_block_size: [8, 8, 8],
    });
    expect((await volume.readChunk(0, [0, 0, 0])).data).toEqual(labels);
    expect(await verifyVolume(store, 'labels')).toMatchObject({ chunks: 2, problems: [] });
  });
});
