/** A request as the server understands it. */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

export interface S3Request {
  /** As S3's API calls it, for example `GetObject`. */
  readonly operation: string;
  readonly bucket: string;
  /** Empty where the request is about the bucket. */
  readonly key: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
}

/** Path style only: `/bucket/key`. */
export function parseRequest({ method = '', url = '/', headers }: IncomingMessage): S3Request {
  const [path = '', search = ''] = url.split('?');
  const [, bucket = '', ...names] = path.split('/');
  const key = names.map(decodeURIComponent).join('/');
  const query = new URLSearchParams(search);
  const operation = operationOf(method, key === '', query);
  return { operation, bucket: decodeURIComponent(bucket), key, query, headers };
}

const OBJECT: Readonly<Record<string, string>> = {
  GET: 'GetObject',
  HEAD: 'HeadObject',
  PUT: 'PutObject',
  DELETE: 'DeleteObject',
};

const UPLOAD: Readonly<Record<string, string>> = {
  PUT: 'UploadPart',
  POST: 'CompleteMultipartUpload',
  DELETE: 'AbortMultipartUpload',
};

const BUCKET: Readonly<Record<string, string>> = {
  GET: 'ListObjectsV2',
  HEAD: 'HeadBucket',
  PUT: 'CreateBucket',
};

function operationOf(method: string, isBucket: boolean, query: URLSearchParams): string {
  const unknown = `${method} ${[...query.keys()].join('&')}`;
  if (isBucket) {
    if (query.has('delete')) return 'DeleteObjects';
    if (query.has('uploads')) return 'ListMultipartUploads';
    return BUCKET[method] ?? unknown;
  }
  if (query.has('uploads')) return 'CreateMultipartUpload';
  return (query.has('uploadId') ? UPLOAD : OBJECT)[method] ?? unknown;
}

export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
}
