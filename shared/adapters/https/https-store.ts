/**
 * Objects below an `https://` or `http://` URL, to read only. A server has no list of what it holds, so what must be
 * looked for (an acquisition) cannot be read from one; volumes, placements and flat fields can.
 *
 * Absent is what the server says 404 or 410 of, and 403: S3 answers that for an absent object of a public bucket whose
 * list is not public. A server that unpacks compressed objects on the way gives whole objects right and no ranges of them.
 */
import type { IncomingMessage } from 'node:http';
import type { ByteRange, ObjectHead, ObjectStore, StoredObject } from '../../engine/ports.ts';
import { lazily } from '../lazily.ts';
import { checkKey } from '../object-key.ts';
import { BodyError, receive, receiveAll, withWholeBody } from '../remote-body.ts';
import { encodingOf } from '../remote-encoding.ts';
import {
  getRemoteRanges,
  getRemoteRows,
  type RemoteBytes,
  type RemoteObject,
  type TakeBytes,
} from '../remote-ranges.ts';
import { StoreError } from '../store-errors.ts';
import { httpSender, type SendHttp } from './request.ts';

const ABSENT = [403, 404, 410];

/** `url`: without query; what follows it is the key, percent-encoded. */
export function httpsStore(url: string, send: SendHttp): ObjectStore {
  const root = url.replace(/\/+$/, '');
  const remote = (key: string): RemoteObject => {
    checkKey(root, key);
    return remoteObject(send, objectUrl(root, key));
  };
  const urlOf = (key: string): string => {
    checkKey(root, key);
    return objectUrl(root, key);
  };
  return {
    url: root,
    get: async (key) => whole(urlOf(key), (object) => getObject(send, object)),
    getRanges: async (key, ranges) => getRemoteRanges(remote(key), ranges),
    getRows: async (key, rows, into) => getRemoteRows(remote(key), rows, into),
    head: async (key) => headObject(send, urlOf(key)),
    put: async (key) => readOnly(urlOf(key), 'written'),
    list: (prefix) => cannotList(`${root}/${prefix}`),
    delete: async () => readOnly(root, 'deleted'),
  };
}

/** All of a thread share one set of connections. */
export const openHttpsStore = (url: string): ObjectStore => httpsStore(url, sharedSender());

const sharedSender = lazily(httpSender);

const objectUrl = (root: string, key: string): string =>
  `${root}/${key.split('/').map(encodeURIComponent).join('/')}`;

function cannotList(url: string): never {
  const problem = 'a web server does not say which objects it holds';
  throw new StoreError('unsupported', url, problem, 'Give a folder or an s3:// URL.');
}

function readOnly(url: string, done: string): never {
  throw new StoreError(
    'readonly',
    url,
    `nothing can be ${done} on a web server`,
    'Give a folder or an s3:// URL.',
  );
}

async function getObject(send: SendHttp, url: string): Promise<StoredObject | undefined> {
  const answer = await ask(send, url);
  if (answer === undefined) return undefined;
  const encoding = encodingOf(answer.headers['content-encoding'], url);
  return { bytes: await receiveAll(answer, lengthOf(answer)), encoding };
}

async function headObject(send: SendHttp, url: string): Promise<ObjectHead | undefined> {
  const answer = await send(url, { method: 'HEAD' });
  answer.resume();
  if (ABSENT.includes(answer.statusCode ?? 0)) return undefined;
  checkStatus(answer, url);
  const size = lengthOf(answer);
  if (size === undefined)
    throw new StoreError(
      'unsupported',
      url,
      'the server does not say how long it is',
      'Copy it, then read the copy.',
    );
  return { size, encoding: encodingOf(answer.headers['content-encoding'], url) };
}

const remoteObject = (send: SendHttp, url: string): RemoteObject => ({
  url,
  readRange: (range, take) => whole(url, () => readRange(send, url, range, take)),
  size: async () => (await headObject(send, url))?.size,
});

async function readRange(
  send: SendHttp,
  url: string,
  { start, end }: ByteRange,
  take: TakeBytes,
): Promise<RemoteBytes | undefined> {
  const answer = await ask(send, url, `bytes=${start}-${end - 1}`);
  if (answer === undefined) return undefined;
  const { 'content-range': contentRange = '', etag } = answer.headers;
  if (answer.statusCode === 416) {
    answer.resume();
    const [, size] = /^bytes \*\/(\d+)$/.exec(contentRange) ?? [];
    return { size: Number(size ?? start), version: undefined };
  }
  const [, from, size] = /^bytes (\d+)-\d+\/(\d+)$/.exec(contentRange) ?? [];
  const first = Number(from ?? 0);
  let received = 0;
  await receive(answer, lengthOf(answer), (part, at) => {
    take(part, first + at);
    received = at + part.length;
  });
  return { size: Number(size ?? received), version: etag };
}

/** Undefined where it is absent. */
async function ask(send: SendHttp, url: string, range?: string): Promise<IncomingMessage | undefined> {
  const answer = await send(url, { method: 'GET', ...(range === undefined ? {} : { range }) });
  if (ABSENT.includes(answer.statusCode ?? 0)) {
    answer.resume();
    return undefined;
  }
  if (answer.statusCode !== 416 || range === undefined) checkStatus(answer, url);
  return answer;
}

function checkStatus(answer: IncomingMessage, url: string): void {
  const status = answer.statusCode ?? 0;
  if (status >= 200 && status < 300) return;
  answer.resume();
  if (status === 401)
    throw new StoreError('denied', url, 'the server asks for a login', 'Give a URL that needs none.');
  throw new StoreError('unsupported', url, `the server answered ${status}`, 'Check the URL.');
}

function lengthOf({ headers }: IncomingMessage): number | undefined {
  const length = headers['content-length'];
  return length === undefined ? undefined : Number(length);
}

async function whole<Result>(url: string, read: (url: string) => Promise<Result>): Promise<Result> {
  try {
    return await withWholeBody(() => read(url));
  } catch (error) {
    if (!(error instanceof BodyError)) throw error;
    const advice = 'Check the network, then go on with the same command.';
    throw new StoreError('unavailable', url, `cannot read: the answer ${error.message}`, advice, error);
  }
}
