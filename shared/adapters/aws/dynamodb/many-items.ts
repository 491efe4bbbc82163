/** Several items: a partition page by page, and batches, of which a server may leave any part undone. */
import { AwsError } from '../aws-errors.ts';
import { type Attributes, text } from './attributes.ts';
import type { ItemKey } from './item-keys.ts';
import { call, consumed, type Items } from './items.ts';

const READ_BATCH = 100;
const DELETE_BATCH = 25;
const ATTEMPTS = 10;
const FIRST_WAIT_MILLISECONDS = 50;
const LONGEST_WAIT_MILLISECONDS = 5_000;

/** All items of a partition, in the order of their sort keys. */
export async function queryPartition(items: Items, pk: string): Promise<Attributes[]> {
  const found: Attributes[] = [];
  let from: Attributes | undefined;
  do {
    const page = await call(items, 'list items', () =>
      items.dynamo.query({
        TableName: items.table,
        KeyConditionExpression: '#pk = :pk',
        ExpressionAttributeNames: { '#pk': 'pk' },
        ExpressionAttributeValues: { ':pk': text(pk) },
        ConsistentRead: true,
        ReturnConsumedCapacity: 'TOTAL',
        ...(from ? { ExclusiveStartKey: from } : {}),
      }),
    );
    consumed(items, 'query', 'read', page.ConsumedCapacity);
    found.push(...(page.Items ?? []));
    from = page.LastEvaluatedKey;
  } while (from);
  return found;
}

/** Those that are there, in any order. */
export async function getItems(items: Items, keys: readonly ItemKey[]): Promise<Attributes[]> {
  const found: Attributes[] = [];
  await inBatches(items, 'read items', keys.map(toAttributes), READ_BATCH, async (batch) => {
    const answer = await items.dynamo.batchGetItem({
      RequestItems: { [items.table]: { Keys: batch, ConsistentRead: true } },
      ReturnConsumedCapacity: 'TOTAL',
    });
    consumed(items, 'batch get', 'read', answer.ConsumedCapacity?.[0]);
    found.push(...(answer.Responses?.[items.table] ?? []));
    return answer.UnprocessedKeys?.[items.table]?.Keys ?? [];
  });
  return found;
}

/** Deleting what is not there is no error. */
export function deleteItems(items: Items, keys: readonly ItemKey[]): Promise<void> {
  return inBatches(items, 'delete items', keys.map(toAttributes), DELETE_BATCH, async (batch) => {
    const answer = await items.dynamo.batchWriteItem({
      RequestItems: { [items.table]: batch.map((Key) => ({ DeleteRequest: { Key } })) },
      ReturnConsumedCapacity: 'TOTAL',
    });
    consumed(items, 'batch delete', 'write', answer.ConsumedCapacity?.[0]);
    const undone = answer.UnprocessedItems?.[items.table] ?? [];
    return undone.map(({ DeleteRequest }) => DeleteRequest?.Key ?? {});
  });
}

const toAttributes = ({ pk, sk }: ItemKey): Attributes => ({ pk: text(pk), sk: text(sk) });

/** `send` returns the keys that the server left undone; they are sent again, with full jitter between. */
async function inBatches(
  items: Items,
  verb: string,
  keys: readonly Attributes[],
  size: number,
  send: (batch: Attributes[]) => Promise<Attributes[]>,
): Promise<void> {
  for (let first = 0; first < keys.length; first += size) {
    let left = keys.slice(first, first + size);
    for (let attempt = 1; left.length > 0; attempt++) {
      left = await call(items, verb, () => send(left));
      if (left.length === 0) break;
      if (attempt === ATTEMPTS) throw leftUndone(items, verb, left.length);
      const limit = Math.min(LONGEST_WAIT_MILLISECONDS, FIRST_WAIT_MILLISECONDS * 2 ** attempt);
      await items.clock.sleep(items.random() * limit);
    }
  }
}

const leftUndone = ({ resource }: Items, verb: string, count: number): AwsError =>
  new AwsError(
    'throttled',
    resource,
    `cannot ${verb}: ${count} of a batch were left undone ${ATTEMPTS} times`,
    'The table is busy: try again later; what was done needs no undoing.',
  );
