/** Listing a bucket, and deleting many of its objects. */
import { type Answer, xmlAnswer } from './answer.ts';
import type { Bucket } from './bucket.ts';
import { checkBody } from './checksums.ts';
import type { S3Request } from './request.ts';
import { S3Error } from './s3-error.ts';
import { textsOf } from './xml.ts';

const LARGEST_PAGE = 1000;

export function listObjects(bucket: Bucket, { query, bucket: Name }: S3Request): Answer {
  const prefix = query.get('prefix') ?? '';
  const size = Math.min(Number(query.get('max-keys') ?? LARGEST_PAGE), LARGEST_PAGE);
  const after = tokenKey(query.get('continuation-token')) ?? query.get('start-after') ?? '';
  const keys = bucket.keys();
  const [page, folders]: [string[], string[]] = [[], []];
  let next = after === '' ? 0 : firstAfter(keys, after);
  for (; next < keys.length; next++) {
    const key = keys[next]!;
    const folder = folderIn(key, prefix, query.get('delimiter'));
    if (!key.startsWith(prefix) || (folder !== undefined && folder === folders.at(-1))) continue;
    if (page.length + folders.length === size) break;
    if (folder === undefined) page.push(key);
    else folders.push(folder);
  }
  const isTruncated = next < keys.length;
  return xmlAnswer('ListBucketResult', {
    Name,
    Prefix: prefix,
    KeyCount: page.length + folders.length,
    MaxKeys: size,
    IsTruncated: isTruncated,
    NextContinuationToken: isTruncated ? Buffer.from(keys[next - 1]!).toString('base64url') : undefined,
    Contents: page.map((key) => contentsOf(bucket, key)),
    CommonPrefixes: folders.map((Prefix) => ({ Prefix })),
  });
}

/** What all keys have in common that the delimiter makes one entry of; undefined for a key that is one by itself. */
function folderIn(key: string, prefix: string, delimiter: string | null): string | undefined {
  const end = delimiter ? key.indexOf(delimiter, prefix.length) : -1;
  return end < 0 ? undefined : key.slice(0, end + 1);
}

const tokenKey = (token: string | null): string | undefined =>
  token === null ? undefined : Buffer.from(token, 'base64url').toString();

/** The keys are sorted by their bytes. */
function firstAfter(keys: readonly string[], after: string): number {
  const limit = Buffer.from(after);
  let [low, high] = [0, keys.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (Buffer.compare(Buffer.from(keys[middle]!), limit) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function contentsOf(bucket: Bucket, key: string) {
  const { bytes, etag, modified } = bucket.get(key)!;
  return {
    Key: key,
    LastModified: modified.toISOString(),
    ETag: etag,
    Size: bytes.length,
    StorageClass: 'STANDARD',
  };
}

export function deleteObjects(bucket: Bucket, request: S3Request, body: Buffer): Answer {
  checkBody(request, body);
  const keys = textsOf(body.toString(), 'Key');
  if (keys.length === 0 || keys.length > LARGEST_PAGE)
    throw new S3Error('MalformedXML', `${keys.length} keys`);
  for (const key of keys) bucket.delete(key);
  return xmlAnswer('DeleteResult', {});
}
