/** A state as an address (VIEWER section 4). */
import type { Json } from '../engine/records.ts';

export const PUBLIC_VIEWER = 'https://neuroglancer-demo.appspot.com/';

/** The whole state in the address: no server and no upload needed. `viewer` ends in a slash, or in its own query. */
export const inlineLink = (viewer: string, state: Json): string =>
  `${viewer}#!${encodeURIComponent(JSON.stringify(state))}`;
