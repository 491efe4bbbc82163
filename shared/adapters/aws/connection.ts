/**
 * How this process reaches AWS: region, credentials and endpoints come from the SDK's own environment and files
 * (`AWS_REGION`, `AWS_PROFILE`, `AWS_ENDPOINT_URL_S3`, `AWS_ENDPOINT_URL_SQS`, `AWS_ENDPOINT_URL_DYNAMODB`, …), so that
 * one process, its threads and every other AWS tool agree.
 */

/** One attempt at one request; a whole call may take several. */
const CONNECT_MILLISECONDS = 5_000;
/** Above the 20 s of a long poll. */
const REQUEST_MILLISECONDS = 60_000;
/** Of first tries and retries together, with full jitter between them; throttling is common while a table warms up. */
const ATTEMPTS = 8;

export interface ClientSettings {
  readonly maxAttempts: number;
  readonly requestHandler: {
    readonly connectionTimeout: number;
    readonly requestTimeout: number;
    readonly throwOnRequestTimeout: true;
    readonly httpAgent: { readonly maxSockets: number; readonly keepAlive: true };
    readonly httpsAgent: { readonly maxSockets: number; readonly keepAlive: true };
  };
}

/** What every client of the SDK is made with; `sockets` bounds what one client may have open. */
export function clientSettings(sockets: number): ClientSettings {
  const agent = { maxSockets: sockets, keepAlive: true } as const;
  return {
    maxAttempts: ATTEMPTS,
    requestHandler: {
      connectionTimeout: CONNECT_MILLISECONDS,
      requestTimeout: REQUEST_MILLISECONDS,
      throwOnRequestTimeout: true,
      httpAgent: agent,
      httpsAgent: agent,
    },
  };
}
