/** The bytes of an answer, as they come. */
import type { Readable } from 'node:stream';

/** Once more from the start, where a connection breaks in the midst of a body or its checksum is wrong. */
const BODY_TRIES = 4;

/** Not the answer's fault: what was asked for is wrong, or refused. */
export class BodyError extends Error {
  override readonly name = 'BodyError';
}

/**
 * Retries what fails while a body arrives; the requests themselves are retried by whoever sends them, and their errors
 * pass. `read` asks and takes the whole body.
 */
export async function withWholeBody<Result>(read: () => Promise<Result>): Promise<Result> {
  for (let tried = 1; ; tried++) {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof BodyError) || tried === BODY_TRIES) throw error;
    }
  }
}

/** Calls `take` with each part; throws `BodyError` unless exactly `length` bytes come (undefined: whatever comes). */
export async function receive(
  body: Readable,
  length: number | undefined,
  take: (part: Uint8Array, at: number) => void,
): Promise<void> {
  let at = 0;
  try {
    for await (const part of body as AsyncIterable<Uint8Array>) {
      if (length !== undefined && at + part.length > length) break;
      take(part, at);
      at += part.length;
    }
  } catch (cause) {
    throw new BodyError(`broke off after ${at} bytes: ${(cause as Error).message}`, { cause });
  }
  if (length !== undefined && at !== length) throw new BodyError(`${at} bytes came instead of ${length}`);
}

/** The whole body in one allocation where its length is known. */
export async function receiveAll(body: Readable, length: number | undefined): Promise<Uint8Array> {
  if (length === undefined) return receiveUnmeasured(body);
  const bytes = new Uint8Array(Buffer.allocUnsafeSlow(length).buffer);
  await receive(body, length, (part, at) => bytes.set(part, at));
  return bytes;
}

async function receiveUnmeasured(body: Readable): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  await receive(body, undefined, (part) => parts.push(part));
  return new Uint8Array(Buffer.concat(parts));
}
