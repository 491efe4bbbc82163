/** `Content-Encoding` of an answer as the port's encoding. */
import type { Encoding } from '../engine/ports.ts';
import { StoreError } from './store-errors.ts';

const KNOWN: readonly string[] = ['gzip', 'br', 'zstd'] satisfies Encoding[];

/** Names that change no byte: `aws-chunked` is left behind by some servers from the way the object came. */
const PLAIN = ['', 'identity', 'aws-chunked'];

/** Throws where the object is compressed in a way that no reader here knows. */
export function encodingOf(header: string | undefined, url: string): Encoding | undefined {
  const names = (header ?? '').split(',').map((name) => name.trim().toLowerCase());
  const [first, ...more] = names.filter((name) => !PLAIN.includes(name));
  if (first === undefined) return undefined;
  if (more.length === 0 && KNOWN.includes(first)) return first as Encoding;
  const problem = `its Content-Encoding is "${header}"`;
  throw new StoreError('unsupported', url, problem, 'Store it plain, or with gzip, br or zstd.');
}
