/** One GET or HEAD over http(s), with redirects and retries; the bytes come as the server stores them. */
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { StoreError, systemCode } from '../store-errors.ts';

export interface HttpSettings {
  /** First tries and retries together. */
  readonly tries: number;
  /** The pause before the first retry is between 0 and this; it doubles each time. */
  readonly pauseMilliseconds: number;
  /** Without a byte on the connection. */
  readonly idleMilliseconds: number;
}

const DEFAULTS: HttpSettings = { tries: 6, pauseMilliseconds: 200, idleMilliseconds: 60_000 };

const SOCKETS = 32;
const MOST_REDIRECTS = 5;

export interface HttpRequest {
  readonly method: 'GET' | 'HEAD';
  /** For example `bytes=0-99`. */
  readonly range?: string;
}

/** The answer's body must be read to its end, or destroyed. Throws `StoreError` for all but a status below 500. */
export type SendHttp = (url: string, request: HttpRequest) => Promise<IncomingMessage>;

export function httpSender(settings: Partial<HttpSettings> = {}): SendHttp {
  const all = { ...DEFAULTS, ...settings };
  const connections = {
    'http:': { request: httpRequest, agent: new HttpAgent({ keepAlive: true, maxSockets: SOCKETS }) },
    'https:': { request: httpsRequest, agent: new HttpsAgent({ keepAlive: true, maxSockets: SOCKETS }) },
  };
  const once = (url: URL, { method, range }: HttpRequest): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const { request, agent } = connections[url.protocol as keyof typeof connections];
      // A server that compresses on the way would give other bytes than those that ranges count.
      const headers = { 'accept-encoding': 'identity', ...(range === undefined ? {} : { range }) };
      const sent = request(url, { method, agent, headers, timeout: all.idleMilliseconds }, resolve);
      sent.on('timeout', () => sent.destroy(new Error(`nothing came for ${all.idleMilliseconds / 1000} s`)));
      sent.on('error', reject).end();
    });
  return async (url, request) => {
    for (let tried = 1; ; tried++) {
      const answer = await followed(once, url, request).catch((error: unknown) => asFailure(error, url));
      const failure = answer instanceof StoreError ? answer : failureOf(answer, url);
      if (failure === undefined) return answer as IncomingMessage;
      if (!failure.transient || tried === all.tries) throw failure;
      await sleep(Math.random() * all.pauseMilliseconds * 2 ** tried);
    }
  };
}

async function followed(
  once: (url: URL, request: HttpRequest) => Promise<IncomingMessage>,
  url: string,
  request: HttpRequest,
): Promise<IncomingMessage> {
  let place = new URL(url);
  for (let redirects = 0; ; redirects++) {
    const answer = await once(place, request);
    const { location } = answer.headers;
    if (![301, 302, 303, 307, 308].includes(answer.statusCode ?? 0) || location === undefined) return answer;
    answer.resume();
    const next = new URL(location, place);
    if (redirects === MOST_REDIRECTS || !isAllowed(place, next)) throw badRedirect(url, next);
    place = next;
  }
}

/** Never from a connection that nobody can read to one that anybody can. */
const isAllowed = (from: URL, to: URL): boolean =>
  to.protocol === 'https:' || (to.protocol === 'http:' && from.protocol === 'http:');

const badRedirect = (url: string, next: URL): StoreError =>
  new StoreError(
    'unsupported',
    url,
    `cannot read: it leads on to ${next.href}`,
    'Give the final URL itself.',
  );

function failureOf(answer: IncomingMessage, url: string): StoreError | undefined {
  const status = answer.statusCode ?? 0;
  if (status < 500 && status !== 429 && status !== 408) return undefined;
  answer.resume();
  const problem = `cannot read: the server answered ${status}`;
  return new StoreError('unavailable', url, problem, 'Go on later with the same command.');
}

function asFailure(error: unknown, url: string): StoreError {
  if (error instanceof StoreError) return error;
  const reason = systemCode(error) ?? (error as Error).message;
  const problem = `cannot read: the server cannot be reached (${reason})`;
  return new StoreError('unavailable', url, problem, 'Check the URL and the network, then go on.', error);
}
