/** Errors as each service writes them: XML with its status for S3, JSON 1.0 with `__type` for the others. */
import type { Reply, Service } from './wire-proxy.ts';

export const errorReply = (service: Service): Reply => {
  if (service === 's3')
    return xml(500, 'InternalError', 'We encountered an internal error. Please try again.');
  if (service === 'sqs') return json(500, 'com.amazonaws.sqs#InternalError', 'Internal error.');
  return json(500, 'com.amazonaws.dynamodb.v20120810#InternalServerError', 'Internal server error');
};

export const throttleReply = (service: Service): Reply => {
  if (service === 's3') return xml(503, 'SlowDown', 'Please reduce your request rate.');
  if (service === 'sqs') return json(400, 'com.amazonaws.sqs#RequestThrottled', 'Rate exceeded');
  return json(
    400,
    'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException',
    'The level of configured provisioned throughput for the table was exceeded.',
  );
};

const xml = (status: number, code: string, message: string): Reply => ({
  status,
  headers: { 'content-type': 'application/xml' },
  body: Buffer.from(
    `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message><RequestId>FAULT</RequestId></Error>`,
  ),
});

const json = (status: number, type: string, message: string): Reply => ({
  status,
  headers: { 'content-type': 'application/x-amz-json-1.0' },
  body: Buffer.from(JSON.stringify({ __type: type, message })),
});
