/** The port's suite over the wire. One server and one client; each test has a table of its own. */
import { afterAll, beforeAll } from 'vitest';
import type { Deployment } from '../../../../shared/adapters/aws/deployment.ts';
import { type Dynamo, openDynamo } from '../../../../shared/adapters/aws/dynamodb/dynamodb-client.ts';
import { dynamoTable } from '../../../../shared/adapters/aws/dynamodb/job-table.ts';
import { systemClock } from '../../../../shared/adapters/local/system-clock.ts';
import { createTable } from '../../../cloud/create-deployment.ts';
import { startDynamoServer } from '../../../cloud/servers/dynamodb-server.ts';
import type { RunningServer } from '../../../cloud/servers/endpoint.ts';
import { jobTableSuite } from '../../../ports/job-table.ts';

let server: RunningServer;
let dynamo: Dynamo;
let tables = 0;
beforeAll(async () => {
  server = await startDynamoServer();
  dynamo = await openDynamo('us-east-1', server.client);
});
afterAll(async () => {
  dynamo.destroy();
  await server.stop();
});

jobTableSuite('DynamoDB', async () => {
  const deployment: Deployment = { name: `suite-${++tables}`, region: 'us-east-1' };
  await createTable(deployment, server.client);
  return { table: dynamoTable(deployment, { dynamo, clock: systemClock }), dispose: async () => undefined };
});
