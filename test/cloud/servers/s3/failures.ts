/** Failures on demand, for tests of those who must live with them. */

import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Answer, errorAnswer } from './answer.ts';
import { S3Error } from './s3-error.ts';

/**
 * A code of S3 (`SlowDown`, with its status) or a bare status: answered before anything is done. `reset`: the connection
 * is cut before anything is done; `lost`: after it. `delay`: a second passes first. Of a body: `cut` after half of it,
 * `stall` after half of it, `corrupt`: one bit of it is another.
 */
export type Failure = number | S3Error | 'reset' | 'lost' | 'delay' | 'cut' | 'stall' | 'corrupt';

const DELAY_MILLISECONDS = 1000;

/** What happens before the operation; undefined where it goes on. */
export async function failBefore(
  failure: Failure | undefined,
  response: ServerResponse,
): Promise<Answer | 'closed' | undefined> {
  if (failure === 'delay') await sleep(DELAY_MILLISECONDS);
  if (failure === 'reset') return cut(response);
  if (failure instanceof S3Error) return errorAnswer(failure);
  if (typeof failure === 'number') return { status: failure, headers: {}, body: new Uint8Array() };
  return undefined;
}

/** Sends the answer as the failure lets it. */
export function send(
  response: ServerResponse,
  { status, headers, body }: Answer,
  failure: Failure | undefined,
): void {
  if (failure === 'lost') {
    cut(response);
    return;
  }
  const isHead = response.req.method === 'HEAD';
  const length = isHead ? {} : { 'content-length': String(body.length) };
  response.writeHead(status, { ...length, ...headers });
  const half = body.subarray(0, body.length >> 1);
  if (isHead) response.end();
  else if (failure === 'cut') response.write(half, () => cut(response));
  else if (failure === 'stall') response.write(half);
  else response.end(failure === 'corrupt' ? corrupted(body) : body);
}

function cut(response: ServerResponse): 'closed' {
  response.socket?.destroy();
  return 'closed';
}

function corrupted(body: Uint8Array): Uint8Array {
  // A buffer's own `slice` would share the stored bytes.
  const other = new Uint8Array(body);
  other[other.length >> 1]! ^= 1;
  return other;
}
