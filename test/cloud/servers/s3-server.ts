/**
 * S3 on loopback, in memory: objects with their headers, ranges, lists in pages, batches, multipart uploads, conditional
 * writes, checksums, buckets that deny, charge or lie elsewhere, and failures on demand. It reads signatures and never
 * checks them, speaks path style, and takes no `aws-chunked` bodies, versions, ACLs or notifications.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { endpointOn, type RunningServer } from './endpoint.ts';
import { checkAccess } from './s3/access.ts';
import { type Answer, answer, errorAnswer } from './s3/answer.ts';
import { Bucket, type BucketOptions } from './s3/bucket.ts';
import { deleteObjects, listObjects } from './s3/bucket-operations.ts';
import { type Failure, failBefore, send } from './s3/failures.ts';
import { abortUpload, completeUpload, createUpload, listUploads, uploadPart } from './s3/multipart.ts';
import { deleteObject, getObject, headObject, putObject } from './s3/object-operations.ts';
import { parseRequest, readBody, type S3Request } from './s3/request.ts';
import { S3Error } from './s3/s3-error.ts';

export type { BucketOptions } from './s3/bucket.ts';
export type { Failure } from './s3/failures.ts';
export type { S3Request } from './s3/request.ts';

export interface S3ServerOptions {
  /** A free one if absent. */
  readonly port?: number;
  readonly buckets?: readonly (string | BucketOptions)[];
  /** Sees every request before it is served, and may have it fail, or wait. */
  readonly fail?: (request: S3Request) => Failure | undefined | Promise<Failure | undefined>;
  /** The server's clock, against which requests must be signed. */
  readonly now?: () => number;
}

export interface S3Server extends RunningServer {
  readonly url: string;
  /** How many of each operation came, those that failed too. */
  readonly requests: ReadonlyMap<string, number>;
}

type Operation = (bucket: Bucket, request: S3Request, body: Buffer) => Answer;

const OPERATIONS: Readonly<Record<string, Operation>> = {
  GetObject: getObject,
  HeadObject: headObject,
  PutObject: putObject,
  DeleteObject: deleteObject,
  ListObjectsV2: listObjects,
  DeleteObjects: deleteObjects,
  HeadBucket: () => answer(200),
  CreateMultipartUpload: createUpload,
  UploadPart: uploadPart,
  CompleteMultipartUpload: completeUpload,
  AbortMultipartUpload: abortUpload,
  ListMultipartUploads: listUploads,
};

export async function startS3Server(options: S3ServerOptions = {}): Promise<S3Server> {
  const named = (options.buckets ?? []).map((bucket) =>
    typeof bucket === 'string' ? { name: bucket } : bucket,
  );
  const buckets = new Map(named.map((bucket) => [bucket.name, new Bucket(bucket)]));
  const requests = new Map<string, number>();
  const { fail, now = Date.now } = options;

  const serve = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const request = parseRequest(incoming);
    requests.set(request.operation, (requests.get(request.operation) ?? 0) + 1);
    const body = await readBody(incoming);
    const failure = await fail?.(request);
    const failed = await failBefore(failure, response);
    if (failed !== 'closed') send(response, failed ?? perform(buckets, request, body, now()), failure);
  };
  const server = createServer((incoming, response) => {
    // A client that goes away in the midst of its own request gets no answer.
    serve(incoming, response).catch(() => response.destroy());
  });
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const stop = async (): Promise<void> => {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
  return { ...endpointOn(port, 'S3'), url: `http://127.0.0.1:${port}`, requests, stop };
}

function perform(buckets: Map<string, Bucket>, request: S3Request, body: Buffer, now: number): Answer {
  try {
    if (request.operation === 'CreateBucket') return createBucket(buckets, request);
    const bucket = buckets.get(request.bucket);
    if (!bucket) throw new S3Error('NoSuchBucket', 'The specified bucket does not exist');
    checkAccess(bucket, request, now);
    const operation = OPERATIONS[request.operation];
    if (!operation) throw new S3Error('NotImplemented', request.operation);
    return operation(bucket, request, body);
  } catch (error) {
    if (error instanceof S3Error) return errorAnswer(error);
    throw error;
  }
}

function createBucket(buckets: Map<string, Bucket>, { bucket: name }: S3Request): Answer {
  if (!buckets.has(name)) buckets.set(name, new Bucket({ name }));
  return answer(200, { location: `/${name}` });
}
