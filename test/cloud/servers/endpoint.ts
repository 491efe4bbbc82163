/** Where a server on loopback is, for clients in this process and for other processes. */
export interface Endpoint {
  /** Over the settings of an SDK client. */
  readonly client: {
    readonly endpoint: string;
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  };
  /** For the environment of a process that shall use this server. */
  readonly environment: Readonly<Record<string, string>>;
}

export interface RunningServer extends Endpoint {
  stop(): Promise<void>;
}

/** `service`: as the SDK spells it in `AWS_ENDPOINT_URL_<service>`. The servers accept any credentials. */
export const endpointOn = (port: number, service: 'SQS' | 'DYNAMODB' | 'S3'): Endpoint => {
  const endpoint = `http://127.0.0.1:${port}`;
  return {
    client: { endpoint, credentials: { accessKeyId: 'any', secretAccessKey: 'any' } },
    environment: {
      [`AWS_ENDPOINT_URL_${service}`]: endpoint,
      AWS_ACCESS_KEY_ID: 'any',
      AWS_SECRET_ACCESS_KEY: 'any',
    },
  };
};
