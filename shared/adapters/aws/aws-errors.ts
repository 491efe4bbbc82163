/**
 * What AWS refuses, as one class told apart by `kind`: what was asked of which resource, what came back, what to do.
 * By the names that errors carry on the wire, so no client is loaded for it. What is worth another attempt the SDK has
 * tried several times before an error arrives here.
 */

export type AwsErrorKind =
  /** None found, or AWS does not know them. */
  | 'credentials'
  | 'expired'
  | 'denied'
  /** No such queue, table or bucket, in this region and account. */
  | 'missing'
  | 'region'
  /** The clock of this machine is off by more than AWS allows (5 minutes). */
  | 'clock'
  | 'throttled'
  /** No connection, or no answer in time. */
  | 'unreachable'
  /** Any other answer: worth another attempt. */
  | 'other';

/** What a request is about, in the words of whoever deployed it. */
export interface AwsResource {
  /** For example `queue cloudreg-dev-plans`. */
  readonly name: string;
  readonly region: string;
  /** Undefined for what no deployment owns: a user's bucket. */
  readonly deployment?: string;
}

export class AwsError extends Error {
  override readonly name = 'AwsError';
  readonly kind: AwsErrorKind;
  readonly resource: AwsResource;
  /** The same call will fail again until somebody mends the cause: no reason to try on. */
  readonly permanent: boolean;

  constructor(kind: AwsErrorKind, resource: AwsResource, problem: string, advice: string, cause?: unknown) {
    super(`${describe(resource)}: ${problem}. ${advice}`, { cause });
    this.kind = kind;
    this.resource = resource;
    this.permanent = PERMANENT.has(kind);
  }
}

const PERMANENT: ReadonlySet<AwsErrorKind> = new Set(['credentials', 'denied', 'missing', 'region', 'clock']);

interface Explanation {
  readonly kind: AwsErrorKind;
  readonly names: readonly string[];
  readonly problem: string;
  readonly advice: string;
}

const EXPLANATIONS: readonly Explanation[] = [
  {
    kind: 'credentials',
    names: ['CredentialsProviderError', 'MissingAuthenticationToken', 'MissingAuthenticationTokenException'],
    problem: 'no AWS credentials were found',
    advice:
      'Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or log in with "aws sso login"; on EC2, give the instance its role.',
  },
  {
    kind: 'credentials',
    names: [
      'UnrecognizedClientException',
      'InvalidClientTokenId',
      'InvalidAccessKeyId',
      'InvalidSecurity',
      'SignatureDoesNotMatch',
      'InvalidSignatureException',
      'IncompleteSignature',
    ],
    problem: 'AWS does not accept these credentials',
    advice: 'Check that AWS_PROFILE or the keys belong to the account of the deployment.',
  },
  {
    kind: 'expired',
    names: ['ExpiredToken', 'ExpiredTokenException', 'TokenProviderError', 'TokenRefreshRequired'],
    problem: 'the AWS credentials have expired',
    advice: 'Log in again ("aws sso login") or renew the session token; nothing is lost.',
  },
  {
    kind: 'denied',
    names: ['AccessDenied', 'AccessDeniedException', 'AllAccessDisabled', 'Forbidden', 'KmsAccessDenied'],
    problem: 'access denied',
    advice: 'Use credentials of the deployment, or give this user or role the permission named above.',
  },
  {
    kind: 'missing',
    names: [
      'QueueDoesNotExist',
      'AWS.SimpleQueueService.NonExistentQueue',
      'ResourceNotFoundException',
      'NoSuchBucket',
    ],
    problem: 'it does not exist in this region and account',
    advice: 'Check the names of deployment and region and the account (AWS_PROFILE), or deploy it.',
  },
  {
    kind: 'region',
    names: ['PermanentRedirect', 'AuthorizationHeaderMalformed', 'IllegalLocationConstraintException'],
    problem: 'it lies in another region',
    advice: 'Use the region in which it was made.',
  },
  {
    kind: 'clock',
    names: ['RequestTimeTooSkewed', 'RequestExpired', 'RequestInTheFuture'],
    problem: 'the clock of this machine is wrong',
    advice: 'Set it (for example with chrony or NTP), then run again.',
  },
  {
    kind: 'throttled',
    names: [
      'ProvisionedThroughputExceededException',
      'RequestLimitExceeded',
      'RequestThrottled',
      'RequestThrottledException',
      'SlowDown',
      'Throttling',
      'ThrottlingException',
      'TooManyRequestsException',
    ],
    problem: 'it takes no more requests at this rate, after several attempts',
    advice: 'It goes on by itself; with fewer consumers it happens less often.',
  },
  {
    kind: 'unreachable',
    names: [
      'TimeoutError',
      'ECONNREFUSED',
      'ECONNRESET',
      'ENOTFOUND',
      'EAI_AGAIN',
      'EPIPE',
      'ETIMEDOUT',
      'EHOSTUNREACH',
      'ENETUNREACH',
    ],
    problem: 'AWS cannot be reached',
    advice: 'Check the network, the region, and AWS_ENDPOINT_URL and its kin if they are set.',
  },
];

const OTHER = {
  kind: 'other',
  problem: 'AWS answered with an error',
  advice: 'Try again; if it stays, this text tells AWS support what happened.',
} as const;

/** `verb`: what was tried, for example `receive messages`. An `AwsError` stays as it is. */
export function fromAwsError(error: unknown, verb: string, resource: AwsResource): AwsError {
  if (error instanceof AwsError) return error;
  const { kind, problem, advice } = explain(error);
  return new AwsError(kind, resource, `cannot ${verb}: ${problem} (${inWords(error)})`, advice, error);
}

export const namesOf = (error: unknown): string[] => {
  if (!(error instanceof Error)) return [];
  const { name, code, Code } = error as Error & { readonly code?: unknown; readonly Code?: unknown };
  return [name, code, Code].filter((found): found is string => typeof found === 'string');
};

function explain(error: unknown): Pick<Explanation, 'kind' | 'problem' | 'advice'> {
  // A wrong clock and a wrong key fail alike; only the text tells them apart.
  const isSkew = error instanceof Error && /signature (expired|not yet current)/i.test(error.message);
  const names = isSkew ? ['RequestExpired'] : namesOf(error);
  return EXPLANATIONS.find((one) => one.names.some((name) => names.includes(name))) ?? OTHER;
}

function inWords(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const name = namesOf(error).find((found) => found !== 'Error');
  return [name, error.message].filter((part) => part).join(': ') || 'no reason given';
}

const describe = ({ name, region, deployment }: AwsResource): string =>
  deployment === undefined ? `${name} (${region})` : `${name} (deployment ${deployment}, ${region})`;
