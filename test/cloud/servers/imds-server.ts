/** The instance metadata service of a machine that a test takes away: tokens as IMDSv2 wants them, one text a path. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ImdsServer {
  /** For `AWS_EC2_METADATA_SERVICE_ENDPOINT`. */
  readonly endpoint: string;
  /** Below `latest/meta-data/`; an absent path answers 404. */
  readonly texts: Map<string, string>;
  /** `GET spot/instance-action 404`, in order. */
  readonly requests: readonly string[];
  /** Tokens that were given are good no more. */
  expireTokens(): void;
  close(): Promise<void>;
}

const TOKEN_HEADER = 'x-aws-ec2-metadata-token';
const SECONDS_HEADER = 'x-aws-ec2-metadata-token-ttl-seconds';
const LONGEST_SECONDS = 21_600;

export async function startImdsServer(texts: Readonly<Record<string, string>> = {}): Promise<ImdsServer> {
  const state = {
    texts: new Map(Object.entries(texts)),
    requests: [] as string[],
    tokens: new Set<string>(),
  };
  let given = 0;
  const answerOf = (request: IncomingMessage): { readonly status: number; readonly text: string } => {
    const path = (request.url ?? '').replace(/^\/latest\//, '');
    if (path === 'api/token' && request.method === 'PUT') {
      const seconds = Number(request.headers[SECONDS_HEADER]);
      if (!(seconds >= 1 && seconds <= LONGEST_SECONDS)) return { status: 400, text: '' };
      const token = `token-${++given}`;
      state.tokens.add(token);
      return { status: 200, text: token };
    }
    if (!state.tokens.has(String(request.headers[TOKEN_HEADER]))) return { status: 401, text: '' };
    const text = state.texts.get(path.replace(/^meta-data\//, ''));
    return text === undefined ? { status: 404, text: '<!DOCTYPE html>' } : { status: 200, text };
  };
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const { status, text } = answerOf(request);
    const path = (request.url ?? '').replace(/^\/latest\/(meta-data\/)?/, '');
    state.requests.push(`${request.method} ${path} ${status}`);
    response.writeHead(status, { 'content-type': 'text/plain' }).end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    texts: state.texts,
    requests: state.requests,
    expireTokens: () => state.tokens.clear(),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
