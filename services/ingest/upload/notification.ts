/**
 * Which acquisitions an event of S3 is about. It comes as S3 sends it, or wrapped by SNS or SQS, or by both; at least
 * once, in no order, and with whatever else is written to the bucket.
 */
import { z } from 'zod';
import { INI } from '../../../shared/acquisition/colm/read-colm.ts';
import { isKey } from '../../../shared/adapters/object-key.ts';
import { CONFIG } from './upload-wish.ts';

/** A folder into which something was put that an upload begins or changes with. */
export interface Upload {
  readonly bucket: string;
  /** Without a slash at its end; empty for the bucket itself. */
  readonly folder: string;
}

/** The files that say so. Planes come by the hundred thousand, and say nothing. */
const MARKERS: readonly string[] = [INI, CONFIG];

const s3Record = z.object({
  eventName: z.string(),
  s3: z.object({ bucket: z.object({ name: z.string() }), object: z.object({ key: z.string() }) }),
});
const sqsRecord = z.object({ body: z.string() });
const snsRecord = z.object({ Sns: z.object({ Message: z.string() }) });
const snsMessage = z.object({ Type: z.literal('Notification'), Message: z.string() });
const records = z.object({ Records: z.array(z.unknown()) });

/** Each once; a text is read as JSON. What is no event of S3, or one about anything else, is about none. */
export function uploadsIn(event: unknown): Upload[] {
  const found = new Map<string, Upload>();
  for (const upload of search(typeof event === 'string' ? parseJson(event) : event))
    found.set(JSON.stringify(upload), upload);
  return [...found.values()];
}

function search(event: unknown): Upload[] {
  const several = records.safeParse(event);
  if (several.success) return several.data.Records.flatMap(search);
  const text = wrappedText(event);
  if (text !== undefined) return search(parseJson(text));
  const record = s3Record.safeParse(event);
  return record.success ? uploadOf(record.data) : [];
}

function wrappedText(event: unknown): string | undefined {
  const sqs = sqsRecord.safeParse(event);
  if (sqs.success) return sqs.data.body;
  const sns = snsRecord.safeParse(event);
  if (sns.success) return sns.data.Sns.Message;
  return snsMessage.safeParse(event).data?.Message;
}

function uploadOf({ eventName, s3 }: z.infer<typeof s3Record>): Upload[] {
  const key = decodeKey(s3.object.key);
  if (!eventName.startsWith('ObjectCreated:') || key === undefined || !isKey(key)) return [];
  const slash = key.lastIndexOf('/');
  if (!MARKERS.includes(key.slice(slash + 1))) return [];
  return [{ bucket: s3.bucket.name, folder: key.slice(0, Math.max(0, slash)) }];
}

/** As in a web form: a blank is a plus sign. Undefined where it is not encoded so: S3 did not write it. */
function decodeKey(encoded: string): string | undefined {
  try {
    return decodeURIComponent(encoded.replaceAll('+', ' '));
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
