/** What full items cost on a server that counts as DynamoDB does: a unit for each KB written, and 4 KB read. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { tableName } from '../../../../shared/adapters/aws/deployment.ts';
import { type Dynamo, openDynamo } from '../../../../shared/adapters/aws/dynamodb/dynamodb-client.ts';
import { groupKey, type ItemKey, runKey } from '../../../../shared/adapters/aws/dynamodb/item-keys.ts';
import type { Consumed } from '../../../../shared/adapters/aws/dynamodb/items.ts';
import { dynamoTable } from '../../../../shared/adapters/aws/dynamodb/job-table.ts';
import { systemClock } from '../../../../shared/adapters/local/system-clock.ts';
import type { JobTable } from '../../../../shared/engine/ports.ts';
import { createTable } from '../../../cloud/create-deployment.ts';
import { startDynamoServer } from '../../../cloud/servers/dynamodb-server.ts';
import type { RunningServer } from '../../../cloud/servers/endpoint.ts';

const deployment = { name: 'sizes', region: 'us-east-1' };
/** The longest step name there is, and numbers as long as a job of a million tasks makes them. */
const run = { jobId: '0123456789abcdef', step: 'illumination-correction.estimate', generation: 12, pass: 10 };

let server: RunningServer;
let dynamo: Dynamo;
let table: JobTable;
let last: Consumed | undefined;
beforeAll(async () => {
  server = await startDynamoServer();
  await createTable(deployment, server.client);
  dynamo = await openDynamo(deployment.region, server.client);
  const onConsumed = (consumed: Consumed) => {
    last = consumed;
  };
  table = dynamoTable(deployment, { dynamo, clock: systemClock, onConsumed });
});
afterAll(async () => {
  dynamo.destroy();
  await server.stop();
});

/** Many members at once: one by one they would take as many requests. */
async function fill({ pk, sk }: ItemKey, count: number): Promise<void> {
  await dynamo.updateItem({
    TableName: tableName(deployment),
    Key: { pk: { S: pk }, sk: { S: sk } },
    UpdateExpression: 'ADD done :members',
    ExpressionAttributeValues: { ':members': { NS: Array.from({ length: count }, (_, i) => String(i)) } },
  });
}

it('a task of a full group costs one write unit and one read unit', async () => {
  const group = { ...run, group: 3906 };
  await table.createGroup(group, 256);
  await table.setSent(group);
  await fill(groupKey(group), 255);
  expect((await table.markDone(group, 255)).done.size).toBe(256);
  expect(last).toEqual({ operation: 'update', readUnits: 0, writeUnits: 1 });
  await table.getGroup(group);
  expect(last).toEqual({ operation: 'get', readUnits: 1, writeUnits: 0 });
});

it('the longest step run without blocks holds all its groups, for a few units', async () => {
  await table.createRun(run, { count: 256_000, passes: 11 });
  await fill(runKey(run), 999);
  expect((await table.groupDone(run, 999, false)).done.size).toBe(1000);
  expect(last?.writeUnits).toBeLessThanOrEqual(4);
  await table.getRun(run);
  expect(last?.readUnits).toBe(1);
});
