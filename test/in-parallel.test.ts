import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { inParallel } from '../shared/in-parallel.ts';

it('works on so many at a time, and gives results in the order of the items', async () => {
  let [underWay, most] = [0, 0];
  const results = await inParallel([3, 1, 2, 0], 2, async (turns) => {
    most = Math.max(most, ++underWay);
    for (let turn = 0; turn < turns; turn++) await setImmediate();
    underWay--;
    return 10 * turns;
  });
  expect(results).toEqual([30, 10, 20, 0]);
  expect(most).toBe(2);
});

it('throws the first failure when nothing is under way any more, and begins nothing after it', async () => {
  const [begun, ended]: [number[], number[]] = [[], []];
  const work = async (item: number) => {
    begun.push(item);
    for (let turn = 0; turn < 3 * item; turn++) await setImmediate();
    ended.push(item);
    if (item < 2) throw new Error(`item ${item} is broken`);
  };
  await expect(inParallel([2, 0, 1, 3, 4], 2, work)).rejects.toThrow('item 0 is broken');
  expect(begun).toEqual([2, 0]);
  expect(ended).toEqual([0, 2]);
});
