import { describe, expect, it } from 'vitest';
import { readingAhead } from '../../shared/formats/read-ahead.ts';
import { seededRandom } from '../../shared/numerics/random.ts';

const SIZE = 5_000_000;
const file = Uint8Array.from({ length: SIZE }, (_, i) => (i * 7919) >> 5);

function reader() {
  const asked: [number, number][] = [];
  const read = readingAhead(SIZE, async (start, end) => {
    asked.push([start, end]);
    return file.subarray(start, end);
  });
  return { asked, read };
}

describe('reading ahead', () => {
  it('gives the bytes that were asked for, wherever they lie', async () => {
    const seed = 3;
    const random = seededRandom(seed);
    const { read } = reader();
    let at = 0;
    for (let round = 0; round < 200; round++) {
      at = random() < 0.2 ? Math.floor(random() * SIZE) : at;
      const end = at + Math.floor(random() ** 4 * 300_000);
      const found = await read(at, end);
      expect(Buffer.compare(found, file.subarray(at, end)), `seed ${seed}, round ${round}`).toBe(0);
      at = Math.min(SIZE, end);
    }
  });

  it('asks seldom while one read follows the other, and for little after a jump', async () => {
    const { asked, read } = reader();
    for (let at = 0; at < 4_000_000; at += 8192) await read(at, at + 8192);
    expect(asked.length).toBeLessThan(8);
    asked.length = 0;
    await read(100, 200);
    expect(asked).toEqual([[100, 100 + 2 ** 16]]);
  });

  it('asks for nothing beyond the end', async () => {
    const { asked, read } = reader();
    expect((await read(SIZE - 10, SIZE + 10)).length).toBe(10);
    expect((await read(SIZE, SIZE + 10)).length).toBe(0);
    expect(asked).toEqual([[SIZE - 10, SIZE]]);
  });
});
