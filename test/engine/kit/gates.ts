/** Ports whose calls are steps of a process. */
import type { ObjectStore, OutgoingMessage, TaskQueue } from '../../../shared/engine/ports.ts';
import { messageIn, nameOf } from './message-names.ts';
import type { Calls } from './process.ts';

/** Each verb is one call, named like it. */
export function gatedTable<T extends object>(table: T, calls: Calls): T {
  return new Proxy(table, {
    get: (target, verb) => {
      const method: unknown = Reflect.get(target, verb);
      if (typeof method !== 'function') return method;
      return (...parameters: unknown[]) => calls.call(String(verb), () => method.apply(target, parameters));
    },
  });
}

/** `send plan a@0/0`; a send may fail in part. `onSend` sees what has arrived. */
export function gatedQueue(
  queue: TaskQueue,
  calls: Calls,
  onSend: (messages: readonly OutgoingMessage[]) => void,
): TaskQueue {
  const send = async (messages: readonly OutgoingMessage[]): Promise<void> => {
    onSend(messages);
    await queue.send(messages);
  };
  return {
    ...queue,
    send: (messages) => {
      const some = messages.slice(0, Math.floor(messages.length / 2));
      const names = messages.map(({ body }) => nameOf(messageIn(body)));
      return calls.call(
        `send ${names}`,
        () => send(messages),
        () => send(some),
      );
    },
  };
}

export const gatedStore = (store: ObjectStore, calls: Calls): ObjectStore => ({
  ...store,
  put: (key, body, options) => calls.call(`put ${key}`, () => store.put(key, body, options)),
});
