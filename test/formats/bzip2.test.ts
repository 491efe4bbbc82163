/** Streams made by bzip2 1.0.8. */
import { describe, expect, it } from 'vitest';
import { arrayFileInMemory } from '../../shared/formats/array-file.ts';
import { unbzipped } from '../../shared/formats/bzip2/unbzip.ts';

const of = (base64: string): Uint8Array => new Uint8Array(Buffer.from(base64, 'base64'));

/** 220 000 bytes 0 to 6 in turn, in three blocks of level 1. */
const blocks = of(
  'QlpoMTFBWSZTWWSP0mQAG+VAAH8AIABQhgBNVA0wlAmiUCbJQJwlAnSUCeJQJhKBPmKCskymsskfpMgAN8qAAP4AQAChDACaqBphKBNEoE2SgThKBOkoE8SgTCUCfMUFZJlNZqKC7qAAFl0AAfwAgAFCGAE1UND0JRZsJRcCUWBKLkJRdhKL0JRfF3JFOFCQ84BW8Q==',
);
/** aaaa, bbbbb and 600 times c. */
const runs = of('QlpoOTFBWSZTWZCnv8kAAANDAOAAAQA4AAAIIAAhkwQhgHKjWZDhkAPF3JFOFCQkKe/yQA==');
const empty = of('QlpoORdyRThQkAAAAAA=');

async function unpacked(bytes: Uint8Array, start = 0): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of unbzipped(arrayFileInMemory('brain.nrrd', bytes), start)) pieces.push(piece);
  return Buffer.concat(pieces);
}

describe('bzip2', () => {
  it('gives back blocks, runs and nothing', async () => {
    expect(await unpacked(blocks)).toEqual(Buffer.from(Array.from({ length: 220_000 }, (_, i) => i % 7)));
    expect((await unpacked(runs)).toString()).toBe(`aaaabbbbb${'c'.repeat(600)}`);
    expect(await unpacked(empty)).toHaveLength(0);
  });

  it('begins anywhere in a file, and may be several streams in a row with padding at the end', async () => {
    const file = Buffer.concat([Buffer.from('header'), runs, empty, runs, Buffer.from('padding')]);
    expect(await unpacked(file, 6)).toEqual(Buffer.concat([await unpacked(runs), await unpacked(runs)]));
  });

  it('is refused with the file’s name wherever it is cut', async () => {
    for (let length = 0; length < blocks.length; length++)
      await expect(unpacked(blocks.subarray(0, length)), `${length} bytes`).rejects.toThrow(
        'brain.nrrd: its bzip2 data are damaged or cut short',
      );
  });

  it('is refused with any bit changed, but for those that carry nothing', async () => {
    const sound = await unpacked(runs);
    let read = 0;
    for (let bit = 0; bit < 8 * runs.length; bit++) {
      const bytes = runs.slice();
      bytes[bit >> 3] = bytes[bit >> 3]! ^ (1 << (bit & 7));
      const found = await unpacked(bytes).catch((error: Error) => error);
      if (!(found instanceof Error)) {
        expect(found).toEqual(sound);
        read += 1;
      } else expect(found).toMatchObject({ name: 'ArrayFileError', permanent: true });
    }
    // The level, spare codes and the last bits of the last byte.
    expect(read).toBeLessThan(24);
  });
});
