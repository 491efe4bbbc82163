/**
 * A server for one browser on this machine: Neuroglancer's page, and volumes of any store below `data/`. Everything lies
 * below a random word, because any page that a browser shows can ask a local server.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ObjectStore } from '../../../shared/engine/ports.ts';
import { loopbackUrl, newToken, startLoopback } from '../../loopback.ts';
import { type Answer, CORS, PREFLIGHT, type Question, textAnswer } from './answer.ts';
import { clientAnswer } from './client-answer.ts';
import { objectAnswer } from './object-answer.ts';

export interface LocalServerOptions {
  /** Folder of the client's files. */
  readonly client: string;
  /** Served as `data/0/`, `data/1/`, … */
  readonly stores: readonly ObjectStore[];
  /** Texts that are served beside the page, by name, as JSON. */
  readonly files?: ReadonlyMap<string, string>;
  /** 0: a free one. */
  readonly port: number;
  /** Without it the data lie open to every page the browser shows. */
  readonly token?: string;
  /** What the page says of volumes that it cannot show. */
  readonly onReport?: (text: string) => void;
  /** Each request once it is answered; errors of a store are told here too. */
  readonly onAnswer?: (question: Question, status: number, error?: unknown) => void;
}

export interface LocalServer {
  /** Of the page, ends in a slash; volumes lie at `${url}data/0`. */
  readonly url: string;
  close(): Promise<void>;
}

/** Listens on the loopback interface alone. A port in use is refused. */
export async function startLocalServer(options: LocalServerOptions): Promise<LocalServer> {
  const token = options.token ?? newToken();
  const { port, close } = await startLoopback(
    options.port,
    (request, response) => void handle(options, token, request, response),
  );
  return { url: loopbackUrl(port, token), close };
}

async function handle(
  options: LocalServerOptions,
  token: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const question = questionOf(request, token);
  if (question === undefined) return send(response, textAnswer(404, 'nothing here')).catch(() => {});
  let answer: Answer;
  let failure: unknown;
  try {
    const isReport = question.method === 'POST' && question.path === 'report';
    answer = isReport
      ? await takeReport(options, request)
      : unlessKnown(await answerTo(options, question), question);
  } catch (error) {
    failure = error;
    answer = textAnswer(500, `${question.path}: ${error instanceof Error ? error.message : String(error)}`);
  }
  options.onAnswer?.(question, answer.status, failure);
  // A browser that leaves in the middle of an answer is no error of ours.
  await send(response, answer).catch(() => response.destroy());
}

async function takeReport({ onReport }: LocalServerOptions, request: IncomingMessage): Promise<Answer> {
  onReport?.(await bodyOf(request));
  return { status: 204, headers: {} };
}

const LONGEST_REPORT = 4096;

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const part of request.setEncoding('utf8')) text = (text + part).slice(0, LONGEST_REPORT);
  return text;
}

/** Undefined without the token, or where the path cannot be read. */
function questionOf(
  { method = 'GET', url = '/', headers }: IncomingMessage,
  token: string,
): Question | undefined {
  const path = decoded(url.split('?', 1)[0]!);
  if (path === undefined || !path.startsWith(`/${token}/`)) return undefined;
  const acceptsGzip = /\bgzip\b/.test(String(headers['accept-encoding'] ?? ''));
  return {
    method,
    path: path.slice(token.length + 2),
    range: headers.range,
    acceptsGzip,
    known: headers['if-none-match'],
  };
}

function decoded(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}

const DATA = /^data\/(\d+)\/(.*)$/s;

async function answerTo({ client, stores, files }: LocalServerOptions, question: Question): Promise<Answer> {
  const { method, path } = question;
  if (method === 'OPTIONS') return PREFLIGHT;
  if (method !== 'GET' && method !== 'HEAD') return textAnswer(405, `${method} is not understood here`);
  const text = files?.get(path);
  if (text !== undefined)
    return { status: 200, headers: { ...CORS, 'content-type': 'application/json' }, body: Buffer.from(text) };
  const [, index, key] = DATA.exec(path) ?? [];
  if (index === undefined) return clientAnswer(client, path, method);
  const store = stores[Number(index)];
  return store === undefined
    ? textAnswer(404, `there is no volume ${index}`)
    : objectAnswer(store, key!, question);
}

function unlessKnown(answer: Answer, { known }: Question): Answer {
  if (known === undefined || known !== answer.headers.etag) return answer;
  const { 'content-length': _, ...headers } = answer.headers;
  return { status: 304, headers };
}

async function send(response: ServerResponse, { status, headers, body }: Answer): Promise<void> {
  response.writeHead(status, headers);
  if (body === undefined || body instanceof Uint8Array) response.end(body);
  else await pipeline(Readable.from(body), response);
}
