/**
 * What AWS does to calls on its bad days, for a proxy to do: errors, throttles in each service's own form, connections
 * that break before the call arrives or after it was done, and for queues: batches that fail in part, messages that
 * arrive twice or late.
 */
import type { Random } from '../engine/kit/random.ts';
import { errorReply, throttleReply } from './wire-errors.ts';
import {
  type Call,
  type Forward,
  type Handle,
  jsonOf,
  type Reply,
  type Service,
  withJson,
} from './wire-proxy.ts';

export interface FaultRates {
  /** Share of calls that fail, are throttled, or whose connection breaks. */
  readonly calls: number;
  /** Share of sent messages that arrive twice, and of those that arrive late. */
  readonly messages: number;
}

const CALL_FAULTS = ['error', 'throttled', 'cut before', 'reply lost'] as const;
type CallFault = (typeof CALL_FAULTS)[number] | 'failed in part';

export type FaultKind = CallFault | 'message doubled' | 'message delayed';
export type FaultCounts = Map<`${Service}: ${FaultKind}` | `${Service}: calls`, number>;

/** Of a message that comes late. */
const LONGEST_DELAY_SECONDS = 3;

export interface FaultOptions {
  readonly service: Service;
  readonly random: Random;
  readonly rates: FaultRates;
  /** Added to. */
  readonly counts: FaultCounts;
}

export function faultyHandle(options: FaultOptions): Handle {
  const { service, random, rates, counts } = options;
  const count = (what: FaultKind | 'calls'): void => {
    const key = `${service}: ${what}` as const;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  };
  return async (call, forward) => {
    count('calls');
    const pass = SENDS.has(call.operation) ? sendOften(forward) : forward;
    if (!random.chance(rates.calls)) return pass(call);
    const fault = random.pick(faultsOf(call));
    count(fault);
    return spoil(fault, call, pass);
  };
  function sendOften(forward: Forward): Forward {
    return async (call) => {
      const { once, again } = multiply(call, random, rates.messages, count);
      const reply = await forward(once);
      if (again && reply.status === 200) await forward(again);
      return reply;
    };
  }
}

const SENDS = new Set(['SendMessage', 'SendMessageBatch']);
const BATCHES = new Set(['SendMessageBatch', 'DeleteMessageBatch', 'ChangeMessageVisibilityBatch']);

const faultsOf = ({ operation }: Call): readonly CallFault[] =>
  BATCHES.has(operation) ? [...CALL_FAULTS, 'failed in part'] : CALL_FAULTS;

async function spoil(fault: CallFault, call: Call, forward: Forward): Promise<Reply | undefined> {
  switch (fault) {
    case 'error':
      return errorReply(call.service);
    case 'throttled':
      return throttleReply(call.service);
    case 'cut before':
      return undefined;
    case 'reply lost':
      await forward(call);
      return undefined;
    case 'failed in part':
      return failFirst(call, forward);
  }
}

interface Entry {
  readonly Id: string;
}

interface Batch {
  readonly Entries: readonly Entry[];
}

/** The first entry never arrives, and the answer says so with HTTP 200. */
async function failFirst(call: Call, forward: Forward): Promise<Reply> {
  const batch = jsonOf<Batch>(call);
  const [first, ...rest] = batch.Entries;
  const failed = { Id: first?.Id, SenderFault: false, Code: 'InternalError', Message: 'try again' };
  if (rest.length === 0) return jsonReply({ Successful: [], Failed: [failed] });
  const reply = await forward(withJson(call, { ...batch, Entries: rest }));
  if (reply.status !== 200) return reply;
  const told = jsonOf<{ readonly Failed?: readonly unknown[] }>(reply);
  return jsonReply({ ...told, Failed: [...(told.Failed ?? []), failed] });
}

const jsonReply = (value: unknown): Reply => ({
  status: 200,
  headers: { 'content-type': 'application/x-amz-json-1.0' },
  body: Buffer.from(JSON.stringify(value)),
});

/** The call with some of its messages delayed, and another with those that arrive twice. */
function multiply(
  call: Call,
  random: Random,
  share: number,
  count: (what: FaultKind) => void,
): { readonly once: Call; readonly again: Call | undefined } {
  const isMeant = (what: FaultKind): boolean => {
    const chosen = random.chance(share);
    if (chosen) count(what);
    return chosen;
  };
  const late = <T extends object>(message: T): T =>
    isMeant('message delayed')
      ? { ...message, DelaySeconds: 1 + random.below(LONGEST_DELAY_SECONDS) }
      : message;
  if (call.operation === 'SendMessage') {
    const again = isMeant('message doubled') ? call : undefined;
    return { once: withJson(call, late(jsonOf<object>(call))), again };
  }
  const batch = jsonOf<Batch>(call);
  const twice = batch.Entries.filter(() => isMeant('message doubled'));
  return {
    once: withJson(call, { ...batch, Entries: batch.Entries.map(late) }),
    again: twice.length > 0 ? withJson(call, { ...batch, Entries: twice }) : undefined,
  };
}
