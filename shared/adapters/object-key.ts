/** Which keys a store accepts. */
import { StoreError } from './store-errors.ts';

/** Throws unless the key is a relative path of plain names (`ObjectStore` in shared/engine/ports.ts). */
export function checkKey(storeUrl: string, key: string): void {
  if (key === '') refuse(storeUrl, key, 'the key is empty');
  if (key.includes('\0')) refuse(storeUrl, key, 'the key holds a zero byte');
  for (const name of key.split('/')) {
    if (name === '..') refuse(storeUrl, key, 'the key climbs out of the store');
    if (name === '' || name === '.') refuse(storeUrl, key, 'the key has an empty name between slashes');
  }
}

/** A prefix may be empty and may end in the middle of a name or in a slash. */
export function checkPrefix(storeUrl: string, prefix: string): void {
  if (prefix !== '') checkKey(storeUrl, prefix.endsWith('/') ? prefix.slice(0, -1) : prefix);
}

function refuse(storeUrl: string, key: string, problem: string): never {
  const advice = 'Keys are names joined by single slashes, relative to the store.';
  throw new StoreError('bad-key', `${storeUrl}/${key}`, problem, advice);
}
