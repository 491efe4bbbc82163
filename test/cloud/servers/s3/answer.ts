/** What an operation answers with. */
import type { S3Error } from './s3-error.ts';
import { type XmlElements, xml } from './xml.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

const EMPTY = new Uint8Array();

export const answer = (
  status: number,
  headers: Readonly<Record<string, string>> = {},
  body: Uint8Array = EMPTY,
): Answer => ({ status, headers, body });

export const xmlAnswer = (name: string, elements: XmlElements, status = 200): Answer =>
  answer(status, { 'content-type': 'application/xml' }, Buffer.from(xml(name, elements)));

export function errorAnswer({ status, code, message, details }: S3Error): Answer {
  const body = xmlAnswer('Error', { Code: code, Message: message, ...details.elements }, status);
  return { ...body, headers: { ...body.headers, ...details.headers } };
}
