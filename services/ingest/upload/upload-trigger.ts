/** The upload trigger: events of S3 start and change the jobs of their acquisitions. */
import { uploadsIn } from './notification.ts';
import { startUpload, type UploadPorts } from './start-upload.ts';

/** SQS keeps exactly these messages of the batch. */
export interface FailedMessages {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

/**
 * An invocation by SQS: a message fails alone. By S3 or SNS directly: rejects where a port fails, so that it is invoked
 * again.
 */
export async function handleUploads(event: unknown, ports: UploadPorts): Promise<FailedMessages> {
  const failed: string[] = [];
  for (const { messageId, content } of messagesOf(event)) {
    try {
      await handleUploadEvent(content, ports);
    } catch (error) {
      if (messageId === undefined) throw error;
      const problem = `an upload could not be handled, its event comes again: ${(error as Error).message}`;
      ports.log({ event: 'upload-trouble', problem });
      failed.push(messageId);
    }
  }
  return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
}

/** The body of one message of the upload queue, or an event as it came. Whatever is no upload does nothing. */
export async function handleUploadEvent(content: unknown, ports: UploadPorts): Promise<void> {
  for (const upload of uploadsIn(content)) await startUpload(upload, ports);
}

interface UploadMessage {
  /** Of SQS; undefined where it came without. */
  readonly messageId: string | undefined;
  readonly content: unknown;
}

function messagesOf(event: unknown): UploadMessage[] {
  const records = (event as { Records?: unknown } | null)?.Records;
  if (!Array.isArray(records)) return [{ messageId: undefined, content: event }];
  return records.map((record: { messageId?: unknown; body?: unknown } | null) => ({
    messageId: typeof record?.messageId === 'string' ? record.messageId : undefined,
    content: record,
  }));
}
