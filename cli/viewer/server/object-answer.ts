/** One object of a volume as an answer: whole, a range of it, or its head (docs/specs/VIEWER.md §3). */
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip } from 'node:zlib';
import { isKey } from '../../../shared/adapters/object-key.ts';
import type { ByteRange, Encoding, ObjectStore, StoredObject } from '../../../shared/engine/ports.ts';
import { unzstd } from '../../../shared/formats/zstd.ts';
import { isHidden } from '../../../shared/volume/volume-files.ts';
import { MOST_AT_ONCE, objectPieces } from '../../object-pieces.ts';
import { type Answer, CORS, type Question, textAnswer } from './answer.ts';
import { rangeOf } from './byte-range.ts';
import { staysInside } from './inside.ts';

/** `key` is what the browser asks for below the volume's folder. */
export async function objectAnswer(store: ObjectStore, key: string, question: Question): Promise<Answer> {
  if (!isKey(key) || key.split('/').some(isHidden)) return notFound(key);
  const head = await store.head(key);
  if (head === undefined || !(await staysInside(store, key))) return notFound(key);
  if (head.encoding === undefined) return plainAnswer(store, key, head.size, question);
  const object = await store.get(key);
  return object === undefined ? notFound(key) : encodedAnswer(object, key, question);
}

const notFound = (key: string): Answer => textAnswer(404, `${key} is not there`);

async function plainAnswer(
  store: ObjectStore,
  key: string,
  size: number,
  { method, range: header }: Question,
): Promise<Answer> {
  const range = rangeOf(header, size);
  if (range === undefined) return outside(size);
  const wanted = range === 'whole' ? { start: 0, end: size } : range;
  const status = range === 'whole' ? 200 : 206;
  const headers = headersOf(
    key,
    wanted.end - wanted.start,
    range === 'whole' ? {} : contentRange(range, size),
  );
  if (method === 'HEAD') return { status, headers };
  if (wanted.end - wanted.start > MOST_AT_ONCE)
    return { status, headers, body: objectPieces(store, key, wanted) };
  const [body] = (await store.getRanges(key, [wanted])) ?? [];
  return body === undefined ? notFound(key) : { status, headers: { ...headers, ...tag(range, body) }, body };
}

/** A ranged request is answered from the plain bytes: a piece of a compressed stream is of no use to anyone. */
async function encodedAnswer(object: StoredObject, key: string, question: Question): Promise<Answer> {
  const { bytes, encoding } = object;
  if (question.range === undefined && encoding === 'gzip' && question.acceptsGzip) {
    const headers = headersOf(key, bytes.length, { 'content-encoding': 'gzip', ...tag('whole', bytes) });
    return question.method === 'HEAD' ? { status: 200, headers } : { status: 200, headers, body: bytes };
  }
  const plain = encoding === undefined ? bytes : await unpacked(bytes, encoding, key);
  const range = rangeOf(question.range, plain.length);
  if (range === undefined) return outside(plain.length);
  const body = range === 'whole' ? plain : plain.subarray(range.start, range.end);
  const extra = range === 'whole' ? tag(range, plain) : contentRange(range, plain.length);
  const answer = { status: range === 'whole' ? 200 : 206, headers: headersOf(key, body.length, extra) };
  return question.method === 'HEAD' ? answer : { ...answer, body };
}

async function unpacked(bytes: Uint8Array, encoding: Encoding, key: string): Promise<Uint8Array> {
  if (encoding !== 'zstd') return promisify(encoding === 'gzip' ? gunzip : brotliDecompress)(bytes);
  // Nearly every chunk has room in the first.
  for (const mostBytes of [2 ** 23, 2 ** 26, 2 ** 29]) {
    const plain = await unzstd(bytes, mostBytes);
    if (plain !== undefined) return plain;
  }
  throw new Error(`${key} is stored with zstd, and damaged or too large`);
}

const contentRange = ({ start, end }: ByteRange, size: number) => ({
  'content-range': `bytes ${start}-${end - 1}/${size}`,
});

const outside = (size: number): Answer => ({
  status: 416,
  headers: { ...CORS, 'content-range': `bytes */${size}` },
});

/** Local data change under the browser's feet: it asks each time, and the tag spares the bytes. */
const tag = (range: ByteRange | 'whole', body: Uint8Array): Record<string, string> =>
  range === 'whole' ? { etag: `"${createHash('sha1').update(body).digest('base64url')}"` } : {};

function headersOf(
  key: string,
  length: number,
  extra: Readonly<Record<string, string>>,
): Record<string, string> {
  const type = /(^|\/)(info|[^/]*\.json)$/.test(key) ? 'application/json' : 'application/octet-stream';
  const always = { 'content-type': type, 'cache-control': 'no-cache', 'accept-ranges': 'bytes' };
  return { ...CORS, ...always, 'content-length': String(length), ...extra };
}
