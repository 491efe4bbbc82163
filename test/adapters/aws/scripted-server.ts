/** A server that answers AWS's JSON protocol as a test tells it to, and keeps what it was asked. */
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Asked {
  /** For example `SendMessageBatch`. */
  readonly operation: string;
  // biome-ignore lint/suspicious/noExplicitAny: whatever the client sends; the tests look into it.
  readonly body: any;
}

export type Answer =
  | { readonly ok: unknown }
  /** As AWS sends it: with status 400 where none is given. */
  | { readonly error: string; readonly message?: string; readonly status?: number; readonly item?: unknown }
  /** Bytes that no protocol knows. */
  | { readonly raw: string }
  /** The request arrived, and the connection breaks before an answer. */
  | 'lost';

export interface ScriptedServer {
  readonly asked: Asked[];
  /** Connections that the client ended while an answer was due. */
  readonly cutOff: () => number;
  /** Over the settings of a client: one attempt is all, and retries do not wait. */
  readonly client: {
    readonly endpoint: string;
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  };
  stop(): Promise<void>;
}

/** `earlier`: how often this operation was asked before. */
export type Script = (asked: Asked, earlier: number) => Answer | Promise<Answer>;

export async function startScriptedServer(script: Script): Promise<ScriptedServer> {
  const asked: Asked[] = [];
  let cutOff = 0;
  const server = createServer(async (request, response) => {
    response.on('close', () => {
      if (!response.writableEnded) cutOff += 1;
    });
    const one = await read(request);
    const earlier = asked.filter(({ operation }) => operation === one.operation).length;
    asked.push(one);
    const answer = await script(one, earlier);
    if (answer === 'lost') return void request.socket.destroy();
    const { status, text } = asHttp(answer);
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' });
    response.end(text);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    asked,
    cutOff: () => cutOff,
    client: {
      endpoint: `http://127.0.0.1:${port}`,
      credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
    },
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function read(request: IncomingMessage): Promise<Asked> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const target = String(request.headers['x-amz-target']);
  return {
    operation: target.slice(target.indexOf('.') + 1),
    body: JSON.parse(Buffer.concat(chunks).toString()),
  };
}

function asHttp(answer: Exclude<Answer, 'lost'>): { status: number; text: string } {
  if ('ok' in answer) return { status: 200, text: JSON.stringify(answer.ok) };
  if ('raw' in answer) return { status: 200, text: answer.raw };
  const { error, message = error, status = 400, item } = answer;
  return { status, text: JSON.stringify({ __type: error, message, ...(item ? { Item: item } : {}) }) };
}
