/** What the local server says, before it is written to a socket. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Absent for `HEAD` and for answers without a body. */
  readonly body?: Uint8Array | AsyncIterable<Uint8Array>;
}

export interface Question {
  readonly method: string;
  /** Decoded, below the token, without a leading slash. */
  readonly path: string;
  readonly range: string | undefined;
  /** Whether compressed bodies may be sent as they are stored. */
  readonly acceptsGzip: boolean;
  /** The `etag` of what the browser holds already. */
  readonly known: string | undefined;
}

/** Any page may ask: the token in the path is what keeps others out (docs/specs/VIEWER.md §3). */
export const CORS = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'Content-Range, Content-Encoding, Content-Length, ETag',
} as const;

export const PREFLIGHT: Answer = {
  status: 204,
  headers: {
    ...CORS,
    'access-control-allow-methods': 'GET, HEAD, OPTIONS',
    'access-control-allow-headers': '*',
    'access-control-max-age': '3000',
  },
};

/** Plain words and the plain number: Neuroglancer takes a page of HTML with status 200 for data. */
export const textAnswer = (status: number, text: string): Answer => ({
  status,
  headers: { ...CORS, 'content-type': 'text/plain; charset=utf-8' },
  body: Buffer.from(`${text}\n`),
});
