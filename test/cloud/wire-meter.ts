/** Counts what AWS would bill: requests to queues by what they do, and the table's capacity units. */
import { type Call, type Handle, jsonOf, type Reply, withJson } from './wire-proxy.ts';

export interface WireMeter {
  send: number;
  receive: number;
  emptyReceive: number;
  delete: number;
  /** Heartbeats, and messages given back. */
  visibility: number;
  readUnits: number;
  writeUnits: number;
}

export const newMeter = (): WireMeter => ({
  ...{ send: 0, receive: 0, emptyReceive: 0, delete: 0, visibility: 0 },
  ...{ readUnits: 0, writeUnits: 0 },
});

/** Requests for the work itself; polls that found nothing and heartbeats depend on time, not on tasks. */
export const workRequests = (meter: WireMeter): number => meter.send + meter.receive + meter.delete;

/** Counts every call that is answered, with the meter that `meterOf` names. DynamoDB is asked to say what a call costs. */
export function meteredHandle(meterOf: (call: Call) => WireMeter): Handle {
  return async (call, forward) => {
    const isTable = call.service === 'dynamodb';
    const reply = await forward(isTable ? withCost(call) : call);
    const meter = meterOf(call);
    if (isTable) addUnits(meter, call.operation, reply);
    else addRequest(meter, call.operation, reply);
    return reply;
  };
}

/** Of the queue that a call is about; undefined where it names none. */
export const queueOf = (call: Call): string | undefined =>
  jsonOf<{ QueueUrl?: string }>(call).QueueUrl?.replace(/^.*\//, '');

function addRequest(meter: WireMeter, operation: string, reply: Reply): void {
  if (operation.startsWith('SendMessage')) meter.send += 1;
  else if (operation.startsWith('DeleteMessage')) meter.delete += 1;
  else if (operation.startsWith('ChangeMessageVisibility')) meter.visibility += 1;
  else if (operation === 'ReceiveMessage') meter[isEmpty(reply) ? 'emptyReceive' : 'receive'] += 1;
}

const isEmpty = (reply: Reply): boolean =>
  (jsonOf<{ Messages?: readonly unknown[] }>(reply).Messages ?? []).length === 0;

const withCost = (call: Call): Call =>
  withJson(call, { ...jsonOf<object>(call), ReturnConsumedCapacity: 'TOTAL' });

interface Cost {
  readonly CapacityUnits?: number;
}

const READS = new Set(['GetItem', 'Query', 'Scan', 'BatchGetItem']);

function addUnits(meter: WireMeter, operation: string, reply: Reply): void {
  const answer = jsonOf<{ ConsumedCapacity?: Cost | readonly Cost[]; __type?: string }>(reply);
  const costs: readonly Cost[] = [answer.ConsumedCapacity ?? []].flat();
  // A refused condition is billed too, and its answer does not say so.
  const isRefused = answer.__type?.endsWith('ConditionalCheckFailedException') === true;
  const units = isRefused ? 1 : costs.reduce((sum, cost) => sum + (cost.CapacityUnits ?? 0), 0);
  if (READS.has(operation)) meter.readUnits += units;
  else meter.writeUnits += units;
}
