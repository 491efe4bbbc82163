/** Who may do what: enough of S3's rules to see a client break them. Signatures are read, never checked. */
import type { Bucket } from './bucket.ts';
import type { S3Request } from './request.ts';
import { S3Error } from './s3-error.ts';

const READS = ['GetObject', 'HeadObject', 'ListObjectsV2', 'HeadBucket'];
const MOST_SKEW_MILLISECONDS = 15 * 60_000;

export function checkAccess({ options }: Bucket, request: S3Request, now: number): void {
  const { access = 'private', requesterPays = false, region } = options;
  const credential = /Credential=[^/]+\/\d+\/([^/]+)\//.exec(request.headers.authorization ?? '');
  const isOpen = access === 'public-read' && READS.includes(request.operation);
  if (access === 'denied' || (credential === null && !isOpen)) throw denied();
  if (requesterPays && request.headers['x-amz-request-payer'] !== 'requester') throw denied();
  if (credential === null) return;
  checkRegion(region, credential[1]!);
  checkClock(request.headers['x-amz-date'], now);
}

const denied = (): S3Error => new S3Error('AccessDenied', 'Access Denied');

function checkRegion(region: string | undefined, signed: string): void {
  if (region === undefined || region === signed) return;
  throw new S3Error('PermanentRedirect', `The bucket must be addressed in ${region}.`, {
    headers: { 'x-amz-bucket-region': region },
  });
}

function checkClock(signedAt: string | string[] | undefined, now: number): void {
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(String(signedAt)) ?? [];
  const then = Date.UTC(
    Number(year),
    Number(month) - 1,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
  );
  if (Math.abs(then - now) <= MOST_SKEW_MILLISECONDS) return;
  throw new S3Error(
    'RequestTimeTooSkewed',
    'The difference between the request time and the current time is too large.',
  );
}
