/**
 * The names of everything a deployment owns. All follow from its own name, so the stacks that create them and the
 * programs that use them can only agree.
 */
import { z } from 'zod';

export const deploymentSchema = z
  .object({
    name: z
      .string()
      .regex(/^[a-z][a-z0-9-]{2,39}$/, 'expected 3 to 40 of a-z, 0-9 and -, starting with a letter')
      .describe('prefix of every queue, table and log group, for example cloudreg-dev'),
    region: z.string().min(1).describe('AWS region of the buckets, queues and the table'),
  })
  .strict();

export type Deployment = z.infer<typeof deploymentSchema>;

export const tableName = ({ name }: Deployment): string => `${name}-jobs`;
export const queueName = ({ name }: Deployment, queue: string): string => `${name}-${queue}`;
export const deadQueueName = (deployment: Deployment, queue: string): string =>
  `${queueName(deployment, queue)}-dead`;
/** Log group of all its programs; one stream for each worker. */
export const logGroupName = ({ name }: Deployment): string => `/cloudreg/${name}`;

/** Carries S3's `ObjectCreated` notifications of the raw bucket to the upload trigger. */
export const UPLOAD_QUEUE = 'uploads';
