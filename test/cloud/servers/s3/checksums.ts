/** CRC32 as S3 writes it. */
import { crc32 } from 'node:zlib';
import { md5Of } from './bucket.ts';
import type { S3Request } from './request.ts';
import { S3Error } from './s3-error.ts';

/** Base64 of its four bytes. */
export function crc32Of(bytes: Uint8Array): string {
  const four = Buffer.alloc(4);
  four.writeUInt32BE(crc32(bytes));
  return four.toString('base64');
}

/** Refuses a body that is not the one that the request promises; the CRC32 where the request names it. */
export function checkBody({ headers }: S3Request, body: Uint8Array): string | undefined {
  if (String(headers['x-amz-content-sha256'] ?? '').startsWith('STREAMING-'))
    throw new S3Error('NotImplemented', 'This server takes no aws-chunked bodies.');
  const promisedMd5 = headers['content-md5'];
  if (promisedMd5 !== undefined && promisedMd5 !== md5Of(body).toString('base64')) throw badDigest();
  const promised = headers['x-amz-checksum-crc32'];
  if (promised === undefined) return undefined;
  if (promised !== crc32Of(body)) throw badDigest();
  return String(promised);
}

const badDigest = (): S3Error => new S3Error('BadDigest', 'The body did not match the checksum.');
