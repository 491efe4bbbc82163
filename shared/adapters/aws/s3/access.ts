/** The client through which a process reaches S3, and the two settings that are not the SDK's own. */
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { clientSettings } from '../connection.ts';

/** Of all stores of one thread together. */
const SOCKETS = 48;
/** A connection on which nothing moves for so long is given up, in the midst of a body too. */
const IDLE_MILLISECONDS = 60_000;
/** A slow line may need minutes for one part while it moves. */
const REQUEST_MILLISECONDS = 600_000;

export interface S3Access {
  readonly client: S3Client;
  /** Whoever reads pays: buckets of that kind refuse requests that do not say so. */
  readonly requesterPays: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * `CLOUDREG_S3_REQUESTER_PAYS=1` says with every request that the reader pays; `CLOUDREG_S3_ANONYMOUS=1` sends them
 * unsigned, for public buckets; `CLOUDREG_S3_CROSS_REGION=1` follows a bucket into its own region: one
 * request more each time, and AWS bills the transfer.
 * All else is the SDK's (see connection.ts), unless `overrides` say otherwise. An endpoint of one's own is spoken to in path style.
 */
export function s3Access(environment: Environment, overrides: S3ClientConfig = {}): S3Access {
  const { requestHandler, ...settings } = clientSettings(SOCKETS);
  const client = new S3Client({
    ...settings,
    requestHandler: {
      ...requestHandler,
      requestTimeout: REQUEST_MILLISECONDS,
      socketTimeout: IDLE_MILLISECONDS,
    },
    forcePathStyle: isSet(environment.AWS_ENDPOINT_URL_S3 ?? environment.AWS_ENDPOINT_URL),
    followRegionRedirects: isSet(environment.CLOUDREG_S3_CROSS_REGION),
    ...overrides,
    ...(isSet(environment.CLOUDREG_S3_ANONYMOUS) ? UNSIGNED : {}),
  });
  return { client, requesterPays: isSet(environment.CLOUDREG_S3_REQUESTER_PAYS) };
}

/** The SDK asks for credentials even where nothing is signed with them. */
const UNSIGNED: S3ClientConfig = {
  credentials: { accessKeyId: '', secretAccessKey: '' },
  signer: { sign: async (request) => request },
};

const isSet = (value: string | undefined): boolean => value !== undefined && !['', '0'].includes(value);
