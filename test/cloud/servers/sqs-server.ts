/**
 * SQS on loopback: fauxqs. Unlike SQS it
 *  - keeps the waiter of a long poll whose connection was cut, and gives it the next message: polls must end by themselves;
 *  - looks at ended leases when somebody receives, so depths are those of the last receive;
 *  - wakes all who wait when a message comes, and those who get none return early;
 *  - refuses characters beyond U+FFFF in a body, and knows no fair queues;
 *  - accepts any handle for a delete, and a second purge within a minute.
 */
import { startFauxqs } from 'fauxqs';
import { endpointOn, type RunningServer } from './endpoint.ts';

export async function startSqsServer(port = 0): Promise<RunningServer> {
  const server = await startFauxqs({ port, logger: false });
  return { ...endpointOn(server.port, 'SQS'), stop: () => server.stop() };
}
