/** Which keys a store accepts. */
import { StoreError } from './store-errors.ts';

/** Throws unless the key is a relative path of plain names (`ObjectStore` in shared/engine/ports.ts). */
export function checkKey(storeUrl: string, key: string): void {
  const problem = problemOf(key);
  if (problem !== undefined) refuse(storeUrl, key, problem);
}

/** For stores that can hold more: an object of another name, such as a bucket's "folder" `a/`, is none of theirs. */
export const isKey = (key: string): boolean => problemOf(key) === undefined;

function problemOf(key: string): string | undefined {
  if (key === '') return 'the key is empty';
  if (key.includes('\0')) return 'the key holds a zero byte';
  const names = key.split('/');
  if (names.includes('..')) return 'the key climbs out of the store';
  if (names.includes('') || names.includes('.')) return 'the key has an empty name between slashes';
  return undefined;
}

/** A prefix may be empty and may end in the middle of a name or in a slash. */
export function checkPrefix(storeUrl: string, prefix: string): void {
  if (prefix !== '') checkKey(storeUrl, prefix.endsWith('/') ? prefix.slice(0, -1) : prefix);
}

function refuse(storeUrl: string, key: string, problem: string): never {
  const advice = 'Keys are names joined by single slashes, relative to the store.';
  throw new StoreError('bad-key', `${storeUrl}/${key}`, problem, advice);
}
