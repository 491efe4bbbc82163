import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { readAhead } from '../shared/read-ahead.ts';

describe('reading ahead', () => {
  it('gives results in their order, and holds no more than it may, the one in use included', async () => {
    const held = new Set<number>();
    let most = 0;
    const read = async (index: number) => {
      held.add(index);
      most = Math.max(most, held.size);
      // The later, the sooner.
      for (let turn = index; turn < 8; turn++) await setImmediate();
      return index;
    };
    const seen: number[] = [];
    for await (const index of readAhead(8, 3, read)) {
      seen.push(index);
      await setImmediate();
      held.delete(index);
    }
    expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(most).toBe(3);
  });

  it('fails when the turn of a failure comes, and only when nothing is under way any more', async () => {
    let underWay = 0;
    const read = async (index: number) => {
      underWay++;
      for (let turn = 0; turn < 3 * index; turn++) await setImmediate();
      underWay--;
      if (index === 1) throw new Error('plane 1 is away');
      return index;
    };
    const reading = readAhead(9, 4, read);
    expect((await reading.next()).value).toBe(0);
    await expect(reading.next()).rejects.toThrow('plane 1 is away');
    expect(underWay).toBe(0);
  });

  it('ends what is under way where nobody wants more', async () => {
    let underWay = 0;
    const read = async (index: number) => {
      underWay++;
      for (let turn = 0; turn < index; turn++) await setImmediate();
      underWay--;
    };
    for await (const _ of readAhead(9, 4, read)) break;
    expect(underWay).toBe(0);
  });
});
