/** Pieces of remote objects are what a plain look at the bytes gives, however they are asked for and arrive. */
import { describe, expect, it } from 'vitest';
import { getRemoteRanges, getRemoteRows, type RemoteObject } from '../../shared/adapters/remote-ranges.ts';
import type { ByteRange } from '../../shared/engine/ports.ts';

const MIB = 2 ** 20;
const seed = Date.now() % 1_000_000;

/** Numbers from 0 to 1, the same for the same seed. */
function generator(from: number): (below: number) => number {
  let state = from;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** In memory; its answers come in parts of any length, and now and then of an earlier object first, half of it. */
function remote(bytes: Uint8Array, random: (below: number) => number) {
  const asked: ByteRange[] = [];
  const earlier = new Uint8Array(bytes.length).fill(7);
  const object: RemoteObject = {
    url: 'memory://object',
    size: async () => bytes.length,
    async readRange(range, take) {
      asked.push(range);
      const end = Math.min(range.end, bytes.length);
      const send = (content: Uint8Array, until: number): void => {
        for (let at = range.start; at < until; ) {
          const length = Math.min(1 + random(3000), until - at);
          take(content.subarray(at, at + length), at);
          at += length;
        }
      };
      if (random(4) === 0) send(earlier, Math.floor((range.start + end) / 2));
      await Promise.resolve();
      send(bytes, end);
      return { size: bytes.length, version: '"1"' };
    },
  };
  return { object, asked };
}

describe(`pieces of a remote object (seed ${seed})`, () => {
  const random = generator(seed);
  const bytes = new Uint8Array(50_000).map(() => random(256));

  it('are the ranges asked for, in any order, overlapping, empty and beyond the end', async () => {
    for (let round = 0; round < 200; round++) {
      const ranges = Array.from({ length: random(12) }, () => {
        const start = random(60_000);
        return { start, end: start + random(random(2) === 0 ? 50 : 30_000) };
      });
      const { object } = remote(bytes, random);
      const parts = await getRemoteRanges(object, ranges);
      expect(parts?.length).toBe(ranges.length);
      for (const [index, { start, end }] of ranges.entries())
        expect(Buffer.compare(parts![index]!, bytes.subarray(start, end)), `${start}-${end}`).toBe(0);
    }
  });

  it('are the rows asked for, back to back', async () => {
    for (let round = 0; round < 200; round++) {
      const stride = 1 + random(2000);
      const rows = { start: random(40_000), bytes: 1 + random(stride), stride, count: random(60) };
      const into = new Uint8Array(rows.bytes * rows.count);
      const { object } = remote(bytes, random);
      const found = await getRemoteRows(object, rows, into);
      const expected = Array.from({ length: rows.count }, (_, row) => {
        const start = rows.start + row * stride;
        return bytes.subarray(start, start + rows.bytes);
      });
      const whole = Buffer.concat(expected);
      expect(found).toBe(whole.length);
      expect(Buffer.compare(into.subarray(0, found), whole), JSON.stringify(rows)).toBe(0);
    }
  });

  it('are asked for in requests of at most 16 MiB, and gaps above half a MiB are left out', async () => {
    const long = new Uint8Array(60 * MIB);
    const { object, asked } = remote(long, () => 2999);
    await getRemoteRanges(object, [
      { start: 50 * MIB, end: 50 * MIB + 5 },
      { start: 0, end: 33 * MIB },
      { start: 51 * MIB, end: 51 * MIB + 5 },
      { start: 51 * MIB + 10, end: 51 * MIB + 15 },
    ]);
    asked.sort((a, b) => a.start - b.start);
    expect(asked.map(({ start, end }) => (end - start) / MIB)).toEqual([11, 11, 11, 5 / MIB, 15 / MIB]);
  });

  it('ask for the size first where they reach far', async () => {
    const { object, asked } = remote(bytes, random);
    const [part] = (await getRemoteRanges(object, [{ start: 10, end: 1e13 }]))!;
    expect(part).toHaveLength(49_990);
    expect(asked).toEqual([{ start: 10, end: 50_000 }]);
  });
});
