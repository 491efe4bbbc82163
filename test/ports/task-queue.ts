/** What every `TaskQueue` must do; run by each adapter's own test file. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Delivery, ReceiveOptions, TaskQueue } from '../../shared/engine/ports.ts';

export interface QueueUnderTest {
  readonly queue: TaskQueue;
  /** Where this queue's dead letters arrive. */
  readonly dead: TaskQueue;
  /** Moves the adapter's clock on. */
  readonly advance: (milliseconds: number) => Promise<void> | void;
  readonly dispose: () => Promise<void>;
  readonly differs?: QueueDifferences;
}

/** What a service, or a server in its place, does otherwise. */
export interface QueueDifferences {
  /** A receive that waits when its signal aborts ends by itself, after this at most; 5 where absent. */
  readonly openReceiveSeconds?: number;
  /** Its depth counts a message that was given back with a delay as in flight. */
  readonly countsReleasedAsInFlight?: true;
  /** Its depth does not know yet that a lease has ended. */
  readonly countsEndedLeasesLate?: true;
  /** It refuses characters beyond U+FFFF. */
  readonly refusesAstral?: true;
}

export interface QueueOptions {
  /** A message received this often, and not deleted, moves to the dead letters. */
  readonly maxReceives: number;
}

const LEASE = 30;
const now: ReceiveOptions = { max: 10, waitSeconds: 0, leaseSeconds: LEASE };
const message = (body: string) => ({ body, group: 'job' });
const bodies = (deliveries: readonly Delivery[]): string[] => deliveries.map((d) => d.body).sort();

/** `makeQueue` gives an empty queue each time. */
export function taskQueueSuite(
  name: string,
  makeQueue: (options: QueueOptions) => Promise<QueueUnderTest>,
): void {
  describe(`${name} as a task queue`, () => {
    let made: QueueUnderTest;
    let queue: TaskQueue;
    beforeEach(async () => {
      made = await makeQueue({ maxReceives: 3 });
      queue = made.queue;
    });
    afterEach(() => made.dispose());

    const advanceSeconds = async (seconds: number) => made.advance(seconds * 1000);

    async function receiveOne(options: Partial<ReceiveOptions> = {}): Promise<Delivery> {
      const [delivery, ...rest] = await queue.receive({ ...now, ...options, max: 1 });
      if (!delivery || rest.length > 0) throw new Error(`expected one delivery, got ${rest.length + 1}`);
      return delivery;
    }

    /** Moves the clock until the promise is settled. */
    async function settled<T>(
      promise: Promise<T>,
      limitSeconds = 120,
    ): Promise<{ value: T; seconds: number }> {
      let done = false;
      const mark = () => {
        done = true;
      };
      promise.then(mark, mark);
      let seconds = 0;
      for (; seconds < limitSeconds; seconds += 0.25) {
        for (let turn = 0; turn < 20 && !done; turn++) await new Promise(setImmediate);
        if (done) break;
        await advanceSeconds(0.25);
      }
      if (!done) throw new Error(`not settled after ${limitSeconds} s on the adapter's clock`);
      return { value: await promise, seconds };
    }

    it('delivers what was sent, once while leased', async () => {
      await queue.send([message('a'), message('b')]);
      const deliveries = await queue.receive(now);
      expect(bodies(deliveries)).toEqual(['a', 'b']);
      expect(deliveries.map((d) => d.receives)).toEqual([1, 1]);
      expect(new Set(deliveries.map((d) => d.handle)).size).toBe(2);
      expect(await queue.receive(now)).toEqual([]);
    });

    it('sends any number in one call and never delivers more than asked', async () => {
      const sent = Array.from({ length: 700 }, (_, i) => `message ${String(i).padStart(3, '0')}`);
      await queue.send(sent.map(message));
      const received: string[] = [];
      for (let round = 0; round < 700 && received.length < 700; round++) {
        const deliveries = await queue.receive({ ...now, max: 7 });
        expect(deliveries.length).toBeLessThanOrEqual(7);
        received.push(...bodies(deliveries));
        await queue.delete(deliveries.map((d) => d.handle));
      }
      expect(received.sort()).toEqual(sent);
      expect(await queue.depth()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
    });

    it('does nothing when nothing is sent or deleted', async () => {
      await queue.send([]);
      await queue.delete([]);
      expect(await queue.receive(now)).toEqual([]);
    });

    it('keeps equal bodies apart', async () => {
      await queue.send([message('same'), message('same')]);
      const deliveries = await queue.receive(now);
      expect(bodies(deliveries)).toEqual(['same', 'same']);
      await queue.delete([deliveries[0]!.handle]);
      await advanceSeconds(LEASE + 1);
      expect(bodies(await queue.receive(now))).toEqual(['same']);
    });

    it('keeps every character of a body', async () => {
      const brain = made.differs?.refusesAstral ? '' : '🧠';
      const body = JSON.stringify({ text: `µm "quoted" \\ \n 脳 ${brain}`, zero: 0 });
      await queue.send([message(body)]);
      expect((await receiveOne()).body).toBe(body);
    });

    it('shows a message again when its lease ends, under another handle, one receive more', async () => {
      await queue.send([message('a')]);
      const first = await receiveOne();
      await advanceSeconds(LEASE - 1);
      expect(await queue.receive(now)).toEqual([]);
      await advanceSeconds(2);
      const second = await receiveOne();
      expect([second.body, second.receives]).toEqual(['a', 2]);
      expect(second.handle).not.toBe(first.handle);
    });

    it('keeps a lease that is extended, from the time of the call', async () => {
      await queue.send([message('a')]);
      const { handle } = await receiveOne();
      await advanceSeconds(20);
      expect(await queue.extend(handle, LEASE)).toBe(true);
      await advanceSeconds(20);
      expect(await queue.receive(now)).toEqual([]);
      await advanceSeconds(11);
      expect((await receiveOne()).receives).toBe(2);
    });

    it('says that a lease is lost: ended, taken by another, released or deleted', async () => {
      await queue.send([message('a')]);
      const ended = await receiveOne();
      await advanceSeconds(LEASE + 1);
      expect(await queue.extend(ended.handle, LEASE)).toBe(false);
      const taken = await receiveOne();
      expect(await queue.extend(ended.handle, LEASE)).toBe(false);
      await queue.release(taken.handle, 5);
      expect(await queue.extend(taken.handle, LEASE)).toBe(false);
      await advanceSeconds(6);
      const deleted = await receiveOne();
      await queue.delete([deleted.handle]);
      expect(await queue.extend(deleted.handle, LEASE)).toBe(false);
    });

    it('gives a released message back at once or after the delay', async () => {
      await queue.send([message('a')]);
      await queue.release((await receiveOne()).handle, 0);
      const second = await receiveOne();
      expect(second.receives).toBe(2);
      await queue.release(second.handle, 60);
      await advanceSeconds(LEASE + 1);
      expect(await queue.receive(now)).toEqual([]);
      await advanceSeconds(60 - LEASE);
      expect((await receiveOne()).receives).toBe(3);
    });

    it('leaves the lease of another alone when a lost one is released or deleted', async () => {
      await queue.send([message('a')]);
      const lost = await receiveOne();
      await advanceSeconds(LEASE + 1);
      const held = await receiveOne();
      await queue.release(lost.handle, 0);
      expect(await queue.receive(now)).toEqual([]);
      expect(await queue.extend(held.handle, LEASE)).toBe(true);
      await queue.delete([held.handle]);
      await queue.release(lost.handle, 0);
      await queue.delete([lost.handle, held.handle]);
      await advanceSeconds(LEASE + 1);
      expect(await queue.receive(now)).toEqual([]);
    });

    it('counts what is visible, in flight and delayed', async () => {
      await queue.send(['a', 'b', 'c', 'd'].map(message));
      const [first] = await queue.receive({ ...now, max: 2 });
      await queue.release(first!.handle, 100);
      const depth = (visible: number, inFlight: number, delayed: number) =>
        made.differs?.countsReleasedAsInFlight
          ? { visible, inFlight: inFlight + delayed, delayed: 0 }
          : { visible, inFlight, delayed };
      expect(await queue.depth()).toEqual(depth(2, 1, 1));
      if (made.differs?.countsEndedLeasesLate) return;
      await advanceSeconds(LEASE + 1);
      expect(await queue.depth()).toEqual(depth(3, 0, 1));
    });

    it('waits for a first message, and no longer than asked', async () => {
      const waiting = queue.receive({ ...now, waitSeconds: 20 });
      await advanceSeconds(3);
      await queue.send([message('a')]);
      expect(bodies((await settled(waiting)).value)).toEqual(['a']);
      const empty = await settled(queue.receive({ ...now, waitSeconds: 5 }));
      expect(empty.value).toEqual([]);
      expect(empty.seconds).toBeGreaterThanOrEqual(4.5);
      expect(empty.seconds).toBeLessThanOrEqual(7);
    });

    it('wakes a waiting receiver when a delay or a lease ends', async () => {
      await queue.send([message('a')]);
      await receiveOne({ leaseSeconds: 5 });
      const woken = await settled(queue.receive({ ...now, waitSeconds: 60 }));
      expect(bodies(woken.value)).toEqual(['a']);
      expect(woken.seconds).toBeLessThan(15);
    });

    it('wakes a waiting receiver when another gives a message back, at once or later', async () => {
      await queue.send([message('a')]);
      const held = await receiveOne({ leaseSeconds: 600 });
      const first = queue.receive({ ...now, max: 1, waitSeconds: 60 });
      await advanceSeconds(1);
      await queue.release(held.handle, 0);
      const woken = await settled(first);
      expect(bodies(woken.value)).toEqual(['a']);
      expect(woken.seconds).toBeLessThan(10);
      const second = queue.receive({ ...now, waitSeconds: 60 });
      await queue.release(woken.value[0]!.handle, 5);
      expect((await settled(second)).seconds).toBeLessThan(15);
    });

    it('stops waiting when the signal aborts', async () => {
      const leaving = new AbortController();
      const waiting = queue.receive({ ...now, waitSeconds: 1000, signal: leaving.signal });
      leaving.abort();
      expect((await settled(waiting, made.differs?.openReceiveSeconds ?? 5)).value).toEqual([]);
    });

    it('moves a message to the dead letters after its last receive', async () => {
      await queue.send([message('poison'), message('good')]);
      for (let receive = 1; receive <= 3; receive++) {
        const deliveries = await queue.receive(now);
        const poison = deliveries.find((d) => d.body === 'poison');
        expect(poison?.receives).toBe(receive);
        await queue.delete(deliveries.filter((d) => d.body === 'good').map((d) => d.handle));
        if (receive === 2) await queue.release(poison!.handle, 0);
        else await advanceSeconds(LEASE + 1);
      }
      expect(await queue.receive(now)).toEqual([]);
      const buried = await made.dead.receive(now);
      expect(bodies(buried)).toEqual(['poison']);
      await made.dead.delete(buried.map((d) => d.handle));
      expect(await made.dead.depth()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
      expect(await queue.depth()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
    });

    it('leases dead letters like other messages, without a last receive', async () => {
      await made.dead.send([message('x')]);
      for (let receive = 0; receive < 10; receive++) {
        expect(bodies(await made.dead.receive(now))).toEqual(['x']);
        await advanceSeconds(LEASE + 1);
      }
    });

    it('purges what is visible, in flight and delayed', async () => {
      await queue.send(['a', 'b', 'c'].map(message));
      const [first, second] = await queue.receive({ ...now, max: 2 });
      await queue.release(first!.handle, 10);
      await queue.purge();
      expect(await queue.extend(second!.handle, LEASE)).toBe(false);
      await advanceSeconds(LEASE + 11);
      expect(await queue.receive(now)).toEqual([]);
      expect(await queue.depth()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
    });
  });
}
