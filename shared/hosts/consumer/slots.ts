/**
 * The places of a consumer's messages. A message is received for what the next one will probably ask; where it asks for
 * more, it waits for that room, alone, and nothing is received meanwhile.
 */
import { type Ask, type Capacity, freeSlots } from '../admission.ts';

export interface Place {
  /**
   * Takes the room for `ask`, now or when it is free. False: it cannot have it here, as another message waits already
   * or nothing may start any more.
   */
  fill(ask: Ask): Promise<boolean>;
  free(): void;
}

export interface Slots {
  /** How many messages may be received now. */
  room(): number;
  /** A place for a message that was received, of the size that was expected. */
  reserve(): Place;
  /** Places that are taken. */
  busy(): number;
  /** Resolves when `room` may have changed. */
  changed(): Promise<void>;
  /** Nothing starts any more. */
  close(): void;
}

/** What counts for a message before it is known what it asks. */
const ONE_THREAD: Ask = { threads: 1, memoryMiB: 0 };

/** `expected`: what the next message asks, undefined where nobody knows: then one is received, and looked at. */
export function makeSlots(capacity: Capacity, expected: () => Ask | undefined): Slots {
  const taken = new Set<{ ask: Ask }>();
  let waiting: { ask: Ask } | undefined;
  let isClosed = false;
  let listeners: (() => void)[] = [];

  const change = (): void => {
    const told = listeners;
    listeners = [];
    for (const tell of told) tell();
  };
  const changed = () => new Promise<void>((resolve) => void listeners.push(resolve));
  const asksBeside = (one?: { ask: Ask }): Ask[] =>
    [...taken].filter((other) => other !== one).map(({ ask }) => ask);

  const fill = async (one: { ask: Ask }, ask: Ask): Promise<boolean> => {
    while (!isClosed && freeSlots(capacity, asksBeside(one), ask) === 0) {
      if (waiting !== undefined && waiting !== one) return false;
      waiting = one;
      await changed();
    }
    if (waiting === one) waiting = undefined;
    one.ask = ask;
    change();
    return !isClosed;
  };

  return {
    room() {
      if (isClosed || waiting !== undefined) return 0;
      const ask = expected();
      if (ask === undefined) return taken.size === 0 ? 1 : 0;
      return freeSlots(capacity, asksBeside(), ask);
    },
    reserve() {
      const one = { ask: expected() ?? ONE_THREAD };
      taken.add(one);
      return {
        fill: (ask) => fill(one, ask),
        free() {
          taken.delete(one);
          change();
        },
      };
    },
    busy: () => taken.size,
    changed,
    close() {
      isClosed = true;
      change();
    },
  };
}
