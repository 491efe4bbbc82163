/** What S3 answers, and what keeps it from answering, as `StoreError`s. */
import { StoreError, type StoreErrorKind, systemCode } from '../../store-errors.ts';

export type S3Verb = 'read' | 'write' | 'list' | 'delete';

type Explanation = readonly [kind: StoreErrorKind, problem: string, advice: string];

const RIGHTS: Readonly<Record<S3Verb, string>> = {
  read: 's3:GetObject, and s3:ListBucket (without it S3 says the same of objects that are not there)',
  write: 's3:PutObject and s3:AbortMultipartUpload',
  list: 's3:ListBucket',
  delete: 's3:DeleteObject',
};

const DENIED_ADVICE =
  'For a public bucket set CLOUDREG_S3_ANONYMOUS=1; where the reader pays, CLOUDREG_S3_REQUESTER_PAYS=1.';
const CREDENTIALS_ADVICE =
  'Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or work where a role is attached; ' +
  'to read a public bucket without any, set CLOUDREG_S3_ANONYMOUS=1.';
const WRONG_KEY: Explanation = [
  'credentials',
  'S3 does not know these credentials',
  'Check AWS_PROFILE, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.',
];
const EXPIRED: Explanation = [
  'credentials',
  'the credentials have expired',
  'Renew them (for example: aws sso login), then go on.',
];
const LATER = 'S3 did not recover within the retries: go on later with the same command.';

const EXPLANATIONS: Readonly<Record<string, Explanation>> = {
  NoSuchBucket: ['no-bucket', 'there is no such bucket', 'Check its name, or create it.'],
  InvalidBucketName: ['no-bucket', 'this cannot be the name of a bucket', 'Write s3://bucket/folder.'],
  CredentialsProviderError: ['credentials', 'no AWS credentials were found', CREDENTIALS_ADVICE],
  InvalidAccessKeyId: WRONG_KEY,
  SignatureDoesNotMatch: WRONG_KEY,
  InvalidToken: WRONG_KEY,
  ExpiredToken: EXPIRED,
  ExpiredTokenException: EXPIRED,
  RequestTimeTooSkewed: [
    'clock',
    "this machine's clock differs from S3's by more than 15 minutes",
    'Set the clock (time synchronisation), then go on.',
  ],
  InvalidObjectState: [
    'unsupported',
    'the object is archived (a Glacier storage class)',
    'Restore it first (aws s3api restore-object), then go on.',
  ],
  KeyTooLongError: ['bad-key', 'the key is longer than 1,024 bytes', 'Choose a shorter output URL.'],
  TimeoutError: ['unavailable', 'no answer in time', LATER],
};

const REDIRECTS = ['PermanentRedirect', 'AuthorizationHeaderMalformed', 'TemporaryRedirect', 'Redirect'];

/** What the SDK puts on its errors. */
interface S3Problem extends Error {
  readonly $metadata?: { readonly httpStatusCode?: number; readonly attempts?: number };
  readonly $response?: { readonly headers?: Readonly<Record<string, string>> };
  /** Of a body that names the bucket's region. */
  readonly Region?: string;
}

const asProblem = (error: unknown): S3Problem =>
  error instanceof Error ? error : new Error(String(error), { cause: error });

export const statusOf = (error: unknown): number | undefined => asProblem(error).$metadata?.httpStatusCode;

export const attemptsOf = (error: unknown): number => asProblem(error).$metadata?.attempts ?? 1;

export const headerOf = (error: unknown, name: string): string | undefined =>
  asProblem(error).$response?.headers?.[name];

/** A bucket that is absent is an error; the 404 of a HEAD names no reason and counts as an absent object. */
export const isAbsent = (error: unknown): boolean =>
  statusOf(error) === 404 && asProblem(error).name !== 'NoSuchBucket';

/** `url`: of the object or the prefix. A `StoreError` stays as it is. */
export function fromS3Error(error: unknown, verb: S3Verb, url: string): StoreError {
  if (error instanceof StoreError) return error;
  const problem = asProblem(error);
  const [kind, reason, advice] = explain(problem, verb);
  return new StoreError(kind, url, `cannot ${verb}: ${reason}`, advice, error);
}

/** The same for one key of a batch, of which only a code and a message come back. */
export function fromS3Code(code: string, message: string, verb: S3Verb, url: string): StoreError {
  return fromS3Error(Object.assign(new Error(message), { name: code }), verb, url);
}

function explain(problem: S3Problem, verb: S3Verb): Explanation {
  const known = networkProblem(problem) ?? EXPLANATIONS[problem.name];
  if (known) return known;
  const status = statusOf(problem) ?? 0;
  if (REDIRECTS.includes(problem.name) || [301, 307].includes(status)) return wrongRegion(problem);
  if (problem.message === 'Region is missing')
    return ['region', 'no AWS region is set', 'Set AWS_REGION to the region of the bucket.'];
  if (problem.name === 'AccessDenied' || status === 403)
    return ['denied', `access denied (${problem.name})`, `Needed is ${RIGHTS[verb]}. ${DENIED_ADVICE}`];
  if (isThrottle(problem.name) || status === 429 || status >= 500)
    return ['unavailable', `S3 answered ${problem.name} (${status || 'no status'})`, LATER];
  return ['system', `${problem.name}: ${problem.message}`, 'Mend the cause, then go on.'];
}

export const isThrottle = (code: string): boolean =>
  /^(SlowDown|ServiceUnavailable|InternalError|RequestTimeout|.*Throttl.*)$/.test(code);

function wrongRegion(problem: S3Problem): Explanation {
  const region = headerOf(problem, 'x-amz-bucket-region') ?? problem.Region;
  const found = region === undefined ? 'the bucket is in another region' : `the bucket is in ${region}`;
  return [
    'region',
    `${found}, not in the region that is set (AWS_REGION)`,
    `Set AWS_REGION${region === undefined ? ' to it' : `=${region}`}; ` +
      'or, to work across regions although AWS bills the transfer, CLOUDREG_S3_CROSS_REGION=1.',
  ];
}

const NETWORK =
  /^(ECONN\w+|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ERR_STREAM_PREMATURE_CLOSE)$/;

function networkProblem(problem: S3Problem): Explanation | undefined {
  const code = systemCode(problem);
  if (code === undefined || !NETWORK.test(code)) return undefined;
  return [
    'unavailable',
    `S3 cannot be reached (${code})`,
    'Check the network and, where it is set, AWS_ENDPOINT_URL_S3; then go on.',
  ];
}
