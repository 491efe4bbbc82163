/** The queue's twin in memory: leases, delays and dead letters by the clock it is given. */
import type {
  Clock,
  Delivery,
  OutgoingMessage,
  Queues,
  ReceiveOptions,
  TaskQueue,
} from '../../engine/ports.ts';

export interface MemoryQueueOptions {
  /** A message received this often moves to the dead letters when it would be visible again. */
  readonly maxReceives?: number;
  /** Which of `count` visible messages comes next; the oldest where absent. */
  readonly pick?: (count: number) => number;
}

interface Entry {
  readonly body: string;
  receives: number;
  /** When it is visible (again), milliseconds. */
  visibleAt: number;
  /** The latest receive; undefined where nobody holds it. */
  handle: string | undefined;
}

interface MemoryQueue extends TaskQueue {
  /** Takes over dead letters, whose receives count from the start. */
  bury(body: string): void;
}

/** Queues by name, made when first asked for. */
export function memoryQueues(clock: Clock, options: MemoryQueueOptions = {}): Queues {
  const queues = new Map<string, TaskQueue>();
  const dead = new Map<string, MemoryQueue>();
  const deadQueue = (name: string): MemoryQueue => {
    const found = dead.get(name) ?? memoryQueue(clock, pickOnly(options), undefined);
    dead.set(name, found);
    return found;
  };
  const queue = (name: string): TaskQueue => {
    const found = queues.get(name) ?? memoryQueue(clock, options, deadQueue(name));
    queues.set(name, found);
    return found;
  };
  return { queue, dead: deadQueue };
}

/** Dead letters have no dead letters of their own. */
const pickOnly = ({ pick }: MemoryQueueOptions): MemoryQueueOptions => (pick ? { pick } : {});

interface Line {
  push(entry: Entry): void;
  take(): Entry | undefined;
  length(): number;
  clear(): void;
}

/** Visible messages. Taken from the front without moving the rest: shifting 300,000 of them each time would be slow. */
function line(pick: (count: number) => number): Line {
  let entries: Entry[] = [];
  let front = 0;
  const length = (): number => entries.length - front;
  const drop = (count: number): void => {
    front += count;
    if (front * 2 < entries.length) return;
    entries = entries.slice(front);
    front = 0;
  };
  const take = (): Entry | undefined => {
    if (length() === 0) return undefined;
    const chosen = front + pick(length());
    const entry = entries[chosen];
    if (!entry) throw new Error(`pick chose ${chosen - front} of ${length()} visible messages`);
    // The front one moves into the gap; with the default pick they are the same.
    entries[chosen] = entries[front] as Entry;
    drop(1);
    return entry;
  };
  return { push: (entry) => void entries.push(entry), take, length, clear: () => drop(length()) };
}

function memoryQueue(
  clock: Clock,
  { maxReceives = Number.POSITIVE_INFINITY, pick = () => 0 }: MemoryQueueOptions,
  deadLetters: MemoryQueue | undefined,
): MemoryQueue {
  const visible = line(pick);
  /** In flight or delayed. */
  const hidden = new Set<Entry>();
  const held = new Map<string, Entry>();
  let handles = 0;
  let nextDue = Number.POSITIVE_INFINITY;
  /** Receivers that wait for a first message. */
  const waiting = new Set<AbortController>();

  const wake = (): void => {
    for (const receiver of waiting) receiver.abort();
  };

  const hide = (entry: Entry, seconds: number): void => {
    entry.visibleAt = clock.now() + seconds * 1000;
    hidden.add(entry);
    nextDue = Math.min(nextDue, entry.visibleAt);
  };

  const show = (entry: Entry): void => {
    hidden.delete(entry);
    if (entry.handle !== undefined) held.delete(entry.handle);
    entry.handle = undefined;
    if (entry.receives >= maxReceives && deadLetters) deadLetters.bury(entry.body);
    else visible.push(entry);
  };

  const showDue = (): void => {
    const now = clock.now();
    if (now < nextDue) return;
    for (const entry of [...hidden]) if (entry.visibleAt <= now) show(entry);
    nextDue = Number.POSITIVE_INFINITY;
    for (const entry of hidden) nextDue = Math.min(nextDue, entry.visibleAt);
  };

  const add = (body: string): void => {
    visible.push({ body, receives: 0, visibleAt: clock.now(), handle: undefined });
    wake();
  };

  const take = (leaseSeconds: number): Delivery | undefined => {
    const entry = visible.take();
    if (!entry) return undefined;
    const handle = `receive-${++handles}`;
    entry.handle = handle;
    entry.receives += 1;
    held.set(handle, entry);
    hide(entry, leaseSeconds);
    return { handle, body: entry.body, receives: entry.receives };
  };

  const takeUpTo = (max: number, leaseSeconds: number): Delivery[] => {
    showDue();
    const taken: Delivery[] = [];
    while (taken.length < max) {
      const delivery = take(leaseSeconds);
      if (!delivery) break;
      taken.push(delivery);
    }
    return taken;
  };

  /** The entry of a lease that still holds. */
  const leased = (handle: string): Entry | undefined => {
    showDue();
    return held.get(handle);
  };

  const sleepUntil = async (due: number, signal: AbortSignal | undefined): Promise<void> => {
    const woken = new AbortController();
    waiting.add(woken);
    await clock.sleep(due - clock.now(), signal ? AbortSignal.any([signal, woken.signal]) : woken.signal);
    waiting.delete(woken);
  };

  return {
    bury: add,
    send: async (messages: readonly OutgoingMessage[]) => {
      for (const message of messages) add(message.body);
    },
    receive: async ({ max, waitSeconds, leaseSeconds, signal }: ReceiveOptions) => {
      const deadline = clock.now() + waitSeconds * 1000;
      for (;;) {
        const taken = takeUpTo(max, leaseSeconds);
        const now = clock.now();
        if (taken.length > 0 || now >= deadline || signal?.aborted) return taken;
        await sleepUntil(Math.min(deadline, nextDue), signal);
      }
    },
    extend: async (handle, leaseSeconds) => {
      const entry = leased(handle);
      if (entry) hide(entry, leaseSeconds);
      return entry !== undefined;
    },
    release: async (handle, delaySeconds) => {
      const entry = leased(handle);
      if (!entry) return;
      held.delete(handle);
      entry.handle = undefined;
      if (delaySeconds > 0) hide(entry, delaySeconds);
      else show(entry);
      wake();
    },
    delete: async (list) => {
      for (const handle of list) {
        const entry = leased(handle);
        if (entry) hidden.delete(entry);
        held.delete(handle);
      }
    },
    depth: async () => {
      showDue();
      return { visible: visible.length(), inFlight: held.size, delayed: hidden.size - held.size };
    },
    purge: async () => {
      visible.clear();
      hidden.clear();
      held.clear();
    },
  };
}
