/**
 * DynamoDB on loopback, in memory: dynalite. Unlike DynamoDB it
 *  - leaves the item out of a refused condition's answer (`ReturnValuesOnConditionCheckFailure`);
 *  - knows no expiry, no transactions, and never throttles.
 */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import dynalite from 'dynalite';
import { endpointOn, type RunningServer } from './endpoint.ts';

export async function startDynamoServer(port = 0): Promise<RunningServer> {
  const server = dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const stop = async (): Promise<void> => {
    const closed = once(server, 'close');
    // Idle connections end, requests at work are answered first: dynalite breaks when its records go before them.
    server.close();
    await closed;
  };
  return { ...endpointOn((server.address() as AddressInfo).port, 'DYNAMODB'), stop };
}
