/** A state as an address that somebody else can open (VIEWER section 4). */
import type { Json } from '../../shared/engine/records.ts';
import { FailedError, RefusedError } from '../errors.ts';

/** The address of a file of JSON that the browser can read. */
export const fileLink = (viewer: string, stateUrl: string): string => `${withSlash(viewer)}#!${stateUrl}`;

export const withSlash = (viewer: string): string => (/[/?#]$/.test(viewer) ? viewer : `${viewer}/`);

const POST_SECONDS = 30;

/**
 * Hands the state to a JSON state server, CloudReg's way: it answers `{"uri": …}`, and the viewer takes that as
 * `?json_url=` (today's Neuroglancer no longer does; NeuroData's fork did).
 */
export async function postedLink(viewer: string, server: string, state: Json): Promise<string> {
  const uri = await post(server, state);
  return `${withSlash(viewer)}?json_url=${uri}`;
}

async function post(server: string, state: Json): Promise<string> {
  const instead = 'Use --as url or --as file, which need no state server.';
  let answer: Response;
  try {
    answer = await fetch(server, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(state),
      signal: AbortSignal.timeout(POST_SECONDS * 1000),
    });
  } catch (cause) {
    const reason = (cause as { cause?: Error }).cause?.message ?? (cause as Error).message;
    throw new FailedError(`The state server ${server} cannot be reached (${reason}). ${instead}`, { cause });
  }
  const text = await answer.text();
  if (!answer.ok)
    throw new FailedError(
      `The state server ${server} answered ${answer.status}: ${text.slice(0, 200)}. ${instead}`,
    );
  return uriIn(text, server);
}

function uriIn(text: string, server: string): string {
  try {
    const { uri } = JSON.parse(text) as { uri?: unknown };
    if (typeof uri === 'string') return uri;
  } catch {
    // Said below, with what was found.
  }
  throw new RefusedError(`${server} is no state server: found ${text.slice(0, 100)}, expected {"uri": "…"}.`);
}
