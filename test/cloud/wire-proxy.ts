/** A server between a client of AWS and the server it means: sees every call, and may answer in its place. */
import { Agent, createServer, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Service = 's3' | 'sqs' | 'dynamodb';

export interface Call {
  readonly service: Service;
  /** `SendMessageBatch`, `UpdateItem`; for S3 the method, or `LIST`. */
  readonly operation: string;
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** Aborted when the client has gone. */
  readonly signal: AbortSignal;
}

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export type Forward = (call: Call) => Promise<Reply>;
/** Undefined: the connection is cut without an answer. */
export type Handle = (call: Call, forward: Forward) => Promise<Reply | undefined>;

export interface WireProxy {
  readonly url: string;
  close(): Promise<void>;
}

/** `target`: the URL of the server behind. */
export async function startProxy(service: Service, target: string, handle: Handle): Promise<WireProxy> {
  const agent = new Agent({ keepAlive: true });
  const forward: Forward = (call) => forwardTo(target, agent, call);
  const server = createServer((incoming, answer) => {
    const gone = new AbortController();
    answer.on('close', () => gone.abort());
    const cut = (): void => void incoming.socket.destroy();
    readCall(service, incoming, gone.signal)
      .then((call) => handle(call, forward))
      .then((reply) => {
        if (!reply) return cut();
        answer.writeHead(reply.status, reply.headers).end(reply.body);
      })
      // The server behind is gone, or the client is: either way nobody can be told more.
      .catch(cut);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      agent.destroy();
      await closed;
    },
  };
}

async function readCall(service: Service, incoming: IncomingMessage, signal: AbortSignal): Promise<Call> {
  const body = await readAll(incoming);
  const { headers, method = 'GET', url: path = '/' } = incoming;
  return { service, operation: operationOf(service, incoming), method, path, headers, body, signal };
}

function operationOf(service: Service, { headers, method = 'GET', url = '' }: IncomingMessage): string {
  if (service === 's3') return method === 'GET' && /[?&](list-type|prefix)=/.test(url) ? 'LIST' : method;
  return String(headers['x-amz-target'] ?? '').replace(/^.*\./, '');
}

function forwardTo(target: string, agent: Agent, call: Call): Promise<Reply> {
  const { method, path, body, signal } = call;
  // The body is whole already: its length is known, and nobody need wait for leave to send it.
  const { expect: _, 'transfer-encoding': __, ...headers } = call.headers;
  return new Promise((resolve, reject) => {
    const sent = request(
      new URL(path, target),
      { method, agent, signal, headers: { ...headers, 'content-length': body.length } },
      (incoming) => {
        readAll(incoming).then((whole) => resolve(replyOf(incoming, whole)), reject);
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

function replyOf({ statusCode = 502, headers }: IncomingMessage, body: Buffer): Reply {
  const { 'transfer-encoding': _, connection: __, 'keep-alive': ___, ...kept } = headers;
  return { status: statusCode, headers: kept, body };
}

async function readAll(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts);
}

/** A call with another JSON body. */
export const withJson = (call: Call, value: unknown): Call => ({
  ...call,
  body: Buffer.from(JSON.stringify(value)),
});

export const jsonOf = <T>({ body }: { readonly body: Buffer }): T =>
  JSON.parse(body.length === 0 ? '{}' : body.toString()) as T;

/** The name that the calling process gave itself in `AWS_SDK_UA_APP_ID`. */
export const callerOf = ({ headers }: Call): string | undefined =>
  /(?:^| )app\/(\S+)/.exec(headers['user-agent'] ?? '')?.[1];
