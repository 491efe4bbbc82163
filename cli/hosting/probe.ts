/** Questions that a browser would ask of a hosted volume, and the plain answers. */
import { RefusedError } from '../errors.ts';

/** The page that asks: any that is not the host itself. */
export const ORIGIN = 'https://neuroglancer-demo.appspot.com';

export interface Probe {
  readonly status: number;
  readonly headers: Headers;
  /** Unpacked where the server declares a compression. */
  readonly body: Uint8Array;
}

const LIMIT_MS = 20_000;

/** Throws `RefusedError` where nothing answers at all. */
export async function probe(
  url: string,
  method: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Probe> {
  try {
    const answer = await fetch(url, {
      method,
      headers: { origin: ORIGIN, ...headers },
      signal: AbortSignal.timeout(LIMIT_MS),
    });
    const body = new Uint8Array(await answer.arrayBuffer());
    return { status: answer.status, headers: answer.headers, body };
  } catch (cause) {
    const reason = (cause as { cause?: Error }).cause?.message ?? (cause as Error).message;
    throw new RefusedError(
      `${url} cannot be reached: ${reason}. Check the address and that the server runs.`,
      { cause },
    );
  }
}

export const preflight = (url: string): Promise<Probe> =>
  probe(url, 'OPTIONS', {
    'access-control-request-method': 'GET',
    'access-control-request-headers': 'range',
  });

/** What stands before the bytes: their remedies differ. */
export type Host = 's3' | 'cloudfront' | 'nginx' | 'other';

export function hostOf({ headers }: Probe): Host {
  if (headers.has('x-amz-cf-id') || /cloudfront/i.test(headers.get('via') ?? '')) return 'cloudfront';
  const server = headers.get('server') ?? '';
  if (/AmazonS3/i.test(server) || headers.has('x-amz-request-id')) return 's3';
  return /nginx/i.test(server) ? 'nginx' : 'other';
}
