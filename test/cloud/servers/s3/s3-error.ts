/** What the server refuses, as S3 words it. */
const STATUSES: Readonly<Record<string, number>> = {
  PermanentRedirect: 301,
  NoSuchKey: 404,
  NoSuchBucket: 404,
  NoSuchUpload: 404,
  AccessDenied: 403,
  RequestTimeTooSkewed: 403,
  BadDigest: 400,
  InvalidPart: 400,
  EntityTooSmall: 400,
  MalformedXML: 400,
  InvalidRange: 416,
  PreconditionFailed: 412,
  ConditionalRequestConflict: 409,
  MethodNotAllowed: 405,
  NotImplemented: 501,
  SlowDown: 503,
  InternalError: 500,
};

export interface ErrorDetails {
  readonly headers?: Readonly<Record<string, string>>;
  /** More elements of the body, for example `Region`. */
  readonly elements?: Readonly<Record<string, string>>;
}

export class S3Error extends Error {
  override readonly name = 'S3Error';
  readonly status: number;
  readonly code: string;
  readonly details: ErrorDetails;
  constructor(code: string, message: string = code, details: ErrorDetails = {}) {
    super(message);
    this.status = STATUSES[code] ?? 400;
    this.code = code;
    this.details = details;
  }
}
