import { describe, expect, it } from 'vitest';
import { freeSlots, isTooLarge, largestOf } from '../../shared/hosts/admission.ts';

const capacity = { threads: 4, memoryMiB: 1000 };
const ask = (memoryMiB: number, threads = 1) => ({ memoryMiB, threads });

describe('admission', () => {
  it('gives as many slots as fit in threads and in memory', () => {
    expect(freeSlots(capacity, [], ask(100))).toBe(4);
    expect(freeSlots(capacity, [], ask(300))).toBe(3);
    expect(freeSlots(capacity, [], ask(1000))).toBe(1);
    expect(freeSlots(capacity, [], ask(10, 2))).toBe(2);
  });

  it('takes off what runs, of any size', () => {
    expect(freeSlots(capacity, [ask(500), ask(100)], ask(200))).toBe(2);
    expect(freeSlots(capacity, [ask(500, 3)], ask(10))).toBe(1);
    expect(freeSlots(capacity, [ask(950)], ask(100))).toBe(0);
  });

  it('gives a task that asks for no memory a thread', () => {
    expect(freeSlots(capacity, [], ask(0))).toBe(4);
    expect(freeSlots(capacity, [], { threads: 0, memoryMiB: 0 })).toBe(4);
  });

  it('runs a task that is too large alone, rather than never', () => {
    expect(isTooLarge(capacity, ask(1001))).toBe(true);
    expect(freeSlots(capacity, [], ask(2000))).toBe(1);
    expect(freeSlots(capacity, [ask(1)], ask(2000))).toBe(0);
    expect(freeSlots(capacity, [ask(2000)], ask(1))).toBe(0);
  });

  it('gives a task that would like more threads than there are all of them', () => {
    expect(isTooLarge(capacity, ask(1, 5))).toBe(false);
    expect(freeSlots(capacity, [], ask(1, 5))).toBe(1);
    expect(freeSlots(capacity, [ask(1)], ask(1, 5))).toBe(0);
    expect(freeSlots(capacity, [ask(1, 5)], ask(1))).toBe(0);
  });

  it('counts the largest of each for a queue of several steps', () => {
    expect(largestOf([ask(100, 2), ask(300, 1)])).toEqual(ask(300, 2));
    expect(largestOf([])).toEqual(ask(0, 1));
  });
});
