/** The SDK's client, loaded only where the table is used. */
import type { DynamoDB as Dynamo, DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { clientSettings } from '../connection.ts';

export type { Dynamo };

const SOCKETS = 64;
/** Answers take some milliseconds; a connection that hangs is given up soon enough for the next attempt. */
const REQUEST_MILLISECONDS = 10_000;

export async function openDynamo(region: string, config: DynamoDBClientConfig = {}): Promise<Dynamo> {
  const { DynamoDB } = await import('@aws-sdk/client-dynamodb');
  const { requestHandler, ...settings } = clientSettings(SOCKETS);
  return new DynamoDB({
    region,
    ...settings,
    requestHandler: { ...requestHandler, requestTimeout: REQUEST_MILLISECONDS },
    ...config,
  });
}
