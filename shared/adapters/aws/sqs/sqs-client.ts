/** The SDK's client, loaded only where a queue is used, and how a request of it is made, counted and explained. */
import type { SQSClientConfig, SQS as Sqs } from '@aws-sdk/client-sqs';
import type { Clock } from '../../../engine/ports.ts';
import { type AwsResource, fromAwsError } from '../aws-errors.ts';
import { clientSettings } from '../connection.ts';

export type { Sqs };

/** Long polls of several queues, and the sends, heartbeats and deletes beside them. */
const SOCKETS = 64;
/** A long poll of 20 s with room to spare. */
const REQUEST_MILLISECONDS = 30_000;

export async function openSqs(region: string, config: SQSClientConfig = {}): Promise<Sqs> {
  const { SQS } = await import('@aws-sdk/client-sqs');
  const { requestHandler, ...settings } = clientSettings(SOCKETS);
  return new SQS({
    region,
    ...settings,
    requestHandler: { ...requestHandler, requestTimeout: REQUEST_MILLISECONDS },
    // A queue's URL may carry a host that only its server knows; the endpoint is what the environment says.
    useQueueUrlAsEndpoint: false,
    ...config,
  });
}

export type SqsRequestKind =
  | 'send'
  | 'receive'
  /** A receive that brought nothing. */
  | 'empty receive'
  | 'extend'
  | 'release'
  | 'delete'
  /** Depth, purge, looking up a URL. */
  | 'other';

/** One call, for counting: SQS bills requests. */
export interface SqsRequest {
  readonly kind: SqsRequestKind;
  readonly queue: string;
  /** Requests that it took, repeated ones included. */
  readonly requests: number;
  /** Messages it was about. */
  readonly messages: number;
}

/** A queue and all that its verbs need. */
export interface OpenQueue {
  readonly sqs: Sqs;
  readonly resource: AwsResource;
  readonly url: () => Promise<string>;
  readonly clock: Clock;
  /** From 0 up to 1, for jitter. */
  readonly random: () => number;
  readonly onRequest: (request: SqsRequest) => void;
}

interface Answer {
  readonly $metadata: { readonly attempts?: number | undefined };
}

/** Makes one call of the queue's client; `count` says what it was, by its answer. */
export async function request<Output extends Answer>(
  queue: OpenQueue,
  verb: string,
  call: (url: string) => Promise<Output>,
  count: (answer: Output) => Pick<SqsRequest, 'kind' | 'messages'>,
): Promise<Output> {
  const url = await queue.url();
  try {
    const answer = await call(url);
    queue.onRequest({
      ...count(answer),
      queue: queue.resource.name,
      requests: answer.$metadata.attempts ?? 1,
    });
    return answer;
  } catch (error) {
    throw fromAwsError(error, verb, queue.resource);
  }
}
