/**
 * The places of a consumer's messages. A message is received for what the next one will probably ask; where it asks for
 * more, it waits for that room, alone, and nothing is received meanwhile. Where tasks are short some more are received
 * ahead and wait in line, so that no thread waits for the queue.
 */
import { type Ask, type Capacity, freeSlots } from '../admission.ts';

/** What a message asks, and how long it probably takes: 0 where nobody knows. */
export interface TimedAsk extends Ask {
  readonly seconds: number;
}

export interface Place {
  /**
   * Takes the room for `ask`, now or when it is free. False: it cannot have it here, as another message waits already,
   * what it was received ahead of takes long, or nothing may start any more.
   */
  fill(ask: TimedAsk): Promise<boolean>;
  /** The task ended: its room is free for the next one while its end is recorded. */
  ended(): void;
  free(): void;
}

export interface Slots {
  /** How many messages may be received now. */
  room(): number;
  /** A place for a message that was received: of the size that was expected, or in line. */
  reserve(): Place;
  /** Messages at work; those in line are not. */
  busy(): number;
  /** No message is here at all. */
  isEmpty(): boolean;
  /** Resolves when `room` may have changed. */
  changed(): Promise<void>;
  /** Nothing starts any more. */
  close(): void;
}

/** What counts for a message before it is known what it asks. */
const ONE_THREAD: TimedAsk = { threads: 1, memoryMiB: 0, seconds: 0 };
/** Received ahead is what will probably start within so long: whatever more there is another consumer may start sooner. */
const AHEAD_SECONDS = 1;
const MOST_AHEAD = 10;
/** Handed back is what waits in line while nothing will probably end within so long. */
const LONGEST_WAIT_SECONDS = 10;
/** Ends under way to the table: where it is slow, no more tasks start. */
const MOST_ENDED = 32;

interface Held {
  ask: TimedAsk;
  stage: 'in-line' | 'placed' | 'ended';
}

/** `expected`: what the next message asks, undefined where nobody knows: then one is received, and looked at. */
export function makeSlots(capacity: Capacity, expected: () => Ask | undefined): Slots {
  const held = new Set<Held>();
  const line: Held[] = [];
  let waiting: Held | undefined;
  let isClosed = false;
  let listeners: (() => void)[] = [];

  const change = (): void => {
    const told = listeners;
    listeners = [];
    for (const tell of told) tell();
  };
  const changed = () => new Promise<void>((resolve) => void listeners.push(resolve));
  const inStage = (stage: Held['stage']): Held[] => [...held].filter((one) => one.stage === stage);
  const free = (ask: Ask, beside?: Held): number => {
    const others = inStage('placed').filter((one) => one !== beside);
    return freeSlots(
      capacity,
      others.map((one) => one.ask),
      ask,
    );
  };
  const endsWithin = (seconds: number): number =>
    Math.floor(inStage('placed').reduce((ends, { ask }) => ends + endsOf(ask, seconds), 0));
  const ahead = (): number => Math.min(MOST_AHEAD, endsWithin(AHEAD_SECONDS));

  const place = (one: Held, ask: TimedAsk): boolean => {
    one.ask = ask;
    one.stage = 'placed';
    change();
    return !isClosed;
  };
  const fillNow = async (one: Held, ask: TimedAsk): Promise<boolean> => {
    while (!isClosed && free(ask, one) === 0) {
      if (waiting !== undefined && waiting !== one) return false;
      waiting = one;
      await changed();
    }
    if (waiting === one) waiting = undefined;
    return place(one, ask);
  };
  const fillInTurn = async (one: Held, ask: TimedAsk): Promise<boolean> => {
    line.push(one);
    const mayStart = () => line[0] === one && waiting === undefined && free(ask) > 0;
    const isStuck = () => free(ask) === 0 && endsWithin(LONGEST_WAIT_SECONDS) === 0;
    while (!isClosed && !mayStart() && !isStuck()) await changed();
    const isFirst = mayStart();
    line.splice(line.indexOf(one), 1);
    return isFirst && place(one, ask);
  };
  const leave = (one: Held): void => {
    held.delete(one);
    change();
  };

  return {
    room() {
      if (isClosed || waiting !== undefined || inStage('ended').length >= MOST_ENDED) return 0;
      const ask = expected();
      if (ask === undefined) return held.size === 0 ? 1 : 0;
      const [now, wanted, inLine] = [free(ask), ahead(), inStage('in-line').length];
      // Several at once, as each receive is a request.
      return now === 0 && inLine > wanted / 2 ? 0 : Math.max(0, now + wanted - inLine);
    },
    reserve() {
      const ask = { ...(expected() ?? ONE_THREAD), seconds: 0 };
      const isNext = inStage('in-line').length === 0 && free(ask) > 0;
      const one: Held = { ask, stage: isNext || ahead() === 0 ? 'placed' : 'in-line' };
      held.add(one);
      return {
        fill: (found) => (one.stage === 'in-line' ? fillInTurn(one, found) : fillNow(one, found)),
        ended() {
          one.stage = 'ended';
          change();
        },
        free: () => leave(one),
      };
    },
    busy: () => held.size - inStage('in-line').length,
    isEmpty: () => held.size === 0,
    changed,
    close() {
      isClosed = true;
      change();
    },
  };
}

/** Tasks in a row that one place ends in a time. */
const endsOf = ({ seconds }: TimedAsk, withinSeconds: number): number =>
  seconds > 0 ? withinSeconds / seconds : 0;
