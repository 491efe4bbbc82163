import { describe, expect, it } from 'vitest';
import { writeBehind } from '../shared/write-behind.ts';

/** Writes that end when they are told to. */
function heldWrites() {
  const ends: { done: () => void; fail: (error: Error) => void }[] = [];
  const write = () => new Promise<void>((done, fail) => ends.push({ done, fail }));
  return { ends, write };
}

describe('writing behind', () => {
  it('begins as many as the limit and no more until one is done', async () => {
    const { ends, write } = heldWrites();
    const stores = writeBehind(2);
    await stores.begin(write);
    await stores.begin(write);
    const third = stores.begin(write);
    await Promise.resolve();
    expect(ends).toHaveLength(2);
    ends[1]!.done();
    await third;
    expect(ends).toHaveLength(3);
  });

  it('is finished when every write is', async () => {
    const { ends, write } = heldWrites();
    const stores = writeBehind(3);
    await stores.begin(write);
    await stores.begin(write);
    let finished = false;
    const finish = stores.finish().then(() => {
      finished = true;
    });
    ends[0]!.done();
    await Promise.resolve();
    expect(finished).toBe(false);
    ends[1]!.done();
    await finish;
  });

  it('throws the first failure at the next write and at the end, and begins nothing more', async () => {
    const { ends, write } = heldWrites();
    const stores = writeBehind(1);
    await stores.begin(write);
    ends[0]!.fail(new Error('disk full'));
    await expect(stores.begin(write)).rejects.toThrow('disk full');
    await expect(stores.finish()).rejects.toThrow('disk full');
    expect(ends).toHaveLength(1);
  });

  it('settles when none is under way any more, whatever became of them', async () => {
    const { ends, write } = heldWrites();
    const stores = writeBehind(2);
    await stores.begin(write);
    await stores.begin(write);
    let settled = false;
    const settle = stores.settle().then(() => {
      settled = true;
    });
    ends[0]!.fail(new Error('disk full'));
    await new Promise(setImmediate);
    expect(settled).toBe(false);
    ends[1]!.done();
    await settle;
  });
});
