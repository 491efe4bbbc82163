/** Larger test data live beside the checkout, in `../shared`; tests that need them skip where it is absent. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = new URL('../../shared/', import.meta.url);

/** Path below `../shared`, or undefined where that is not there. */
export function sharedPath(...parts: string[]): string | undefined {
  const path = fileURLToPath(new URL(parts.join('/'), root));
  return existsSync(path) ? path : undefined;
}
