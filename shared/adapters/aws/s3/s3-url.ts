/** `s3://bucket/prefix`: what comes after the bucket is the key as it is, with nothing encoded. */
import { isKey } from '../../object-key.ts';
import { StoreError } from '../../store-errors.ts';

export interface S3Place {
  /** Ends without a slash. */
  readonly url: string;
  readonly bucket: string;
  /** Of every key: empty, or it ends with a slash. */
  readonly prefix: string;
}

export function parseS3Url(url: string): S3Place {
  const [, bucket, path = ''] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/i.exec(url) ?? [];
  if (bucket === undefined) throw refusal(url, 'names no bucket');
  const folder = path.replace(/\/+$/, '');
  if (folder !== '' && !isKey(folder)) throw refusal(url, 'has an empty name or dots between slashes');
  const place = folder === '' ? bucket : `${bucket}/${folder}`;
  return { url: `s3://${place}`, bucket, prefix: folder === '' ? '' : `${folder}/` };
}

const refusal = (url: string, problem: string): StoreError =>
  new StoreError('unsupported', url, `this URL ${problem}`, 'Write it as s3://bucket/folder.');
