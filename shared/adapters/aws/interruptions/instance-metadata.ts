/** The instance metadata service (IMDSv2): what an EC2 machine can read about itself. */

export interface InstanceMetadata {
  /** The text at `latest/meta-data/<path>`; undefined where there is none. Rejects where the service does not answer. */
  get(path: string): Promise<string | undefined>;
}

const USUAL_ENDPOINT = 'http://169.254.169.254';

const TOKEN_SECONDS = 6 * 3600;
/** It answers within milliseconds; elsewhere than on EC2 nobody does. */
const ANSWER_MILLISECONDS = 1000;

/** The names of the SDK's own settings, so that one serves both. Undefined where the service is switched off. */
export const metadataFrom = (
  environment: Readonly<Record<string, string | undefined>>,
): InstanceMetadata | undefined =>
  environment.AWS_EC2_METADATA_DISABLED === 'true'
    ? undefined
    : instanceMetadata(environment.AWS_EC2_METADATA_SERVICE_ENDPOINT);

export function instanceMetadata(endpoint = USUAL_ENDPOINT): InstanceMetadata {
  const base = endpoint.replace(/\/+$/, '');
  let token: string | undefined;

  const request = (method: string, path: string, headers: Record<string, string>): Promise<Response> =>
    fetch(`${base}/latest/${path}`, { method, headers, signal: AbortSignal.timeout(ANSWER_MILLISECONDS) });
  const newToken = async (): Promise<string> => {
    const seconds = String(TOKEN_SECONDS);
    const answer = await request('PUT', 'api/token', { 'X-aws-ec2-metadata-token-ttl-seconds': seconds });
    if (!answer.ok) throw new MetadataError(base, `a request for a token got status ${answer.status}`);
    return answer.text();
  };
  const ask = async (path: string): Promise<Response> => {
    token ??= await newToken();
    return request('GET', `meta-data/${path}`, { 'X-aws-ec2-metadata-token': token });
  };
  const get = async (path: string): Promise<string | undefined> => {
    let answer = await ask(path);
    if (answer.status === 401) {
      // The token ran out.
      token = undefined;
      answer = await ask(path);
    }
    const text = await answer.text();
    if (answer.ok) return text;
    if (answer.status === 404) return undefined;
    throw new MetadataError(base, `${path} got status ${answer.status}`);
  };
  return {
    get: (path) =>
      get(path).catch((error: Error) => {
        throw error instanceof MetadataError ? error : new MetadataError(base, reasonOf(error), error);
      }),
  };
}

const reasonOf = (error: Error): string =>
  error.cause instanceof Error ? error.cause.message : error.message;

export class MetadataError extends Error {
  override readonly name = 'MetadataError';
  constructor(endpoint: string, problem: string, cause?: unknown) {
    super(`instance metadata at ${endpoint}: ${problem}`, { cause });
  }
}
