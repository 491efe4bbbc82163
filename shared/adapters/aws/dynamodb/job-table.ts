/**
 * The job's records in DynamoDB: each write of the port is one `UpdateItem` that returns the item after it. Keys and
 * attributes: `item-keys.ts`.
 */
import type { Clock, JobTable } from '../../../engine/ports.ts';
import { type Deployment, tableName } from '../deployment.ts';
import type { Dynamo } from './dynamodb-client.ts';
import { failureVerbs } from './failure-verbs.ts';
import { groupVerbs } from './group-verbs.ts';
import { type Consumed, checkTable, type Items } from './items.ts';
import { jobVerbs } from './job-verbs.ts';
import { runVerbs } from './run-verbs.ts';

export interface DynamoTableOptions {
  readonly dynamo: Dynamo;
  readonly clock: Clock;
  /** From 0 up to 1, for jitter. */
  readonly random?: () => number;
  readonly onConsumed?: (consumed: Consumed) => void;
}

export interface DynamoTable extends JobTable {
  /** Rejects where the table is not there or may not be read. */
  check(): Promise<void>;
}

export function dynamoTable(deployment: Deployment, options: DynamoTableOptions): DynamoTable {
  const table = tableName(deployment);
  const { dynamo, clock, random = Math.random, onConsumed = () => undefined } = options;
  const resource = { name: `table ${table}`, region: deployment.region, deployment: deployment.name };
  const items: Items = { dynamo, table, resource, clock, random, onConsumed };
  return {
    ...jobVerbs(items),
    ...runVerbs(items),
    ...groupVerbs(items),
    ...failureVerbs(items),
    check: () => checkTable(items),
  };
}
