/** A small page for one browser on this machine. It answers nobody who calls it by another name, and asks nothing of anyone else. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { LOOPBACK, loopbackUrl, startLoopback } from '../loopback.ts';

export interface PageAnswer {
  readonly type: string;
  readonly body: string | Uint8Array;
}

export interface DashboardServerOptions {
  /** 0: a free one. */
  readonly port: number;
  readonly token: string;
  /** `path` is below the token and decoded, empty for the page itself; undefined where there is nothing. */
  readonly answer: (path: string) => Promise<PageAnswer | undefined>;
}

export interface DashboardServer {
  readonly url: string;
  close(): Promise<void>;
}

export async function startDashboardServer(options: DashboardServerOptions): Promise<DashboardServer> {
  const { port, close } = await startLoopback(
    options.port,
    (request, response) => void handle(options, request, response),
  );
  return { url: loopbackUrl(port, options.token), close };
}

/** Nothing from elsewhere, whatever a file of the job holds. */
const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'",
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const;

async function handle(
  { token, answer }: DashboardServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const send = (status: number, { type, body }: PageAnswer): void => {
    response.writeHead(status, {
      ...HEADERS,
      'content-type': type,
      'content-length': Buffer.byteLength(body),
    });
    response.end(request.method === 'HEAD' ? undefined : body);
  };
  const path = pathBelow(token, request);
  if (path === undefined) return send(404, plain('nothing here'));
  if (request.method !== 'GET' && request.method !== 'HEAD') return send(405, plain('only GET and HEAD'));
  try {
    const found = await answer(path);
    return found ? send(200, found) : send(404, plain(`${path} is not there`));
  } catch (error) {
    return send(500, plain((error as Error).message));
  }
}

const plain = (text: string): PageAnswer => ({ type: 'text/plain; charset=utf-8', body: `${text}\n` });

/** Undefined without the token, by another host name, or where the path cannot be read. */
function pathBelow(token: string, { url = '/', headers, socket }: IncomingMessage): string | undefined {
  const names = [LOOPBACK, 'localhost'].map((name) => `${name}:${socket.localPort}`);
  const [path = ''] = url.split('?', 1);
  if (!names.includes(headers.host ?? '') || !path.startsWith(`/${token}/`)) return undefined;
  try {
    return decodeURIComponent(path.slice(token.length + 2));
  } catch {
    return undefined;
  }
}
