/** An object that is the death of whoever writes it, for as long as its key is set. */
import { type Call, callerOf, type Handle } from './wire-proxy.ts';

export interface Poison {
  /** Undefined: nothing is poisonous. */
  key: string | undefined;
  deaths: number;
}

/** `kill` is told the name that the process gave itself in `AWS_SDK_UA_APP_ID`. */
export function poisonedHandle(poison: Poison, kill: (name: string) => void, otherwise: Handle): Handle {
  return (call, forward) => {
    const name = isPoison(poison, call) ? callerOf(call) : undefined;
    if (name === undefined) return otherwise(call, forward);
    poison.deaths += 1;
    kill(name);
    return Promise.resolve(undefined);
  };
}

const isPoison = ({ key }: Poison, { method, path }: Call): boolean =>
  key !== undefined && method === 'PUT' && decodeURIComponent(path.replace(/\?.*$/, '')).endsWith(key);
