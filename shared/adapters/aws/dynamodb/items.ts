/**
 * Single items of the table, with what they cost. Reads are strongly consistent. A refused condition gives the item as
 * it stands, from the answer itself (`ReturnValuesOnConditionCheckFailure`), or by another read where a server leaves it
 * out. Throttling and server errors are tried again by the SDK, with full jitter, before anything arrives here; all
 * writes may therefore arrive twice, and each verb is one that may.
 */
import type { ConsumedCapacity } from '@aws-sdk/client-dynamodb';
import type { Clock, Conditional } from '../../../engine/ports.ts';
import { type AwsResource, fromAwsError, namesOf } from '../aws-errors.ts';
import { type Attributes, text } from './attributes.ts';
import type { Dynamo } from './dynamodb-client.ts';
import { type ItemKey, jobKey } from './item-keys.ts';

/** What one request cost. */
export interface Consumed {
  readonly operation: 'get' | 'update' | 'query' | 'batch get' | 'batch delete';
  readonly readUnits: number;
  readonly writeUnits: number;
}

/** An update of one item. `#name` stands for the attribute of that name, as many names are reserved words. */
export interface Change {
  readonly update: string;
  /** Beside that the item exists. */
  readonly condition?: string;
  /** By their placeholder, `:name`. */
  readonly values: Attributes;
}

/** The table and all that its verbs need. */
export interface Items {
  readonly dynamo: Dynamo;
  readonly table: string;
  readonly resource: AwsResource;
  readonly clock: Clock;
  /** From 0 up to 1, for jitter. */
  readonly random: () => number;
  readonly onConsumed: (consumed: Consumed) => void;
}

const keyOf = ({ pk, sk }: ItemKey): Attributes => ({ pk: text(pk), sk: text(sk) });

export async function getItem(items: Items, key: ItemKey): Promise<Attributes | undefined> {
  const answer = await call(items, 'read an item', () =>
    items.dynamo.getItem({
      TableName: items.table,
      Key: keyOf(key),
      ConsistentRead: true,
      ReturnConsumedCapacity: 'TOTAL',
    }),
  );
  consumed(items, 'get', 'read', answer.ConsumedCapacity);
  return answer.Item;
}

/** Creates the item where it is absent; one that is there stays as it is, and is returned. */
export async function createItem(items: Items, key: ItemKey, attributes: Attributes): Promise<Attributes> {
  const names = Object.keys(attributes);
  const { item } = await updateItem(items, key, {
    condition: 'attribute_not_exists(#pk)',
    update: `SET ${names.map((name) => `#${name} = :${name}`).join(', ')}`,
    values: asValues(attributes),
  });
  return item;
}

/** By their placeholders, as an expression names them. */
export const asValues = (attributes: Attributes): Attributes =>
  Object.fromEntries(Object.entries(attributes).map(([name, value]) => [`:${name}`, value]));

/** Changes an item, or makes it by that change. */
export async function putItem(
  items: Items,
  key: ItemKey,
  change: Omit<Change, 'condition'>,
): Promise<Attributes> {
  return (await updateItem(items, key, change)).item;
}

/** Changes an item that exists; throws where it does not. */
export function changeItem(items: Items, key: ItemKey, change: Change): Promise<Conditional<Attributes>> {
  const exists = 'attribute_exists(#pk)';
  const condition = change.condition === undefined ? exists : `${exists} AND ${change.condition}`;
  return updateItem(items, key, { ...change, condition });
}

/** The item of a key that must be there. */
export async function readItem(items: Items, key: ItemKey): Promise<Attributes> {
  const item = await getItem(items, key);
  if (item) return item;
  throw new Error(`no record ${key.pk} / ${key.sk} in the table ${items.table}: it was never created`);
}

async function updateItem(items: Items, key: ItemKey, change: Change): Promise<Conditional<Attributes>> {
  try {
    const answer = await items.dynamo.updateItem({
      TableName: items.table,
      Key: keyOf(key),
      UpdateExpression: change.update,
      ...(change.condition === undefined ? {} : { ConditionExpression: change.condition }),
      ExpressionAttributeNames: namesIn(`${change.update} ${change.condition ?? ''}`),
      ...(Object.keys(change.values).length > 0 ? { ExpressionAttributeValues: change.values } : {}),
      ReturnValues: 'ALL_NEW',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      ReturnConsumedCapacity: 'TOTAL',
    });
    consumed(items, 'update', 'write', answer.ConsumedCapacity);
    return { applied: true, item: answer.Attributes ?? {} };
  } catch (error) {
    if (!isRefused(error)) throw fromAwsError(error, 'write an item', items.resource);
    // It costs its write all the same, but its answer does not say how much: one unit, for all items below 1 KB.
    items.onConsumed({ operation: 'update', readUnits: 0, writeUnits: 1 });
    return { applied: false, item: error.Item ?? (await readItem(items, key)) };
  }
}

const isRefused = (error: unknown): error is Error & { readonly Item?: Attributes } =>
  namesOf(error).includes('ConditionalCheckFailedException');

function namesIn(expressions: string): Record<string, string> {
  const names = expressions.matchAll(/#(\w+)/g);
  return Object.fromEntries([...names].map(([placeholder, name]) => [placeholder, name as string]));
}

/** Rejects where the table is not there or may not be read. */
export async function checkTable(items: Items): Promise<void> {
  await getItem(items, jobKey('-'));
}

export async function call<Output>(items: Items, verb: string, send: () => Promise<Output>): Promise<Output> {
  try {
    return await send();
  } catch (error) {
    throw fromAwsError(error, verb, items.resource);
  }
}

export function consumed(
  items: Items,
  operation: Consumed['operation'],
  kind: 'read' | 'write',
  capacity: ConsumedCapacity | undefined,
): void {
  const units = capacity?.CapacityUnits ?? 0;
  items.onConsumed({
    operation,
    readUnits: kind === 'read' ? units : 0,
    writeUnits: kind === 'write' ? units : 0,
  });
}
