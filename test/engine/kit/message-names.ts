import { type Message, parseMessage } from '../../../shared/engine/messages.ts';

export function messageIn(body: string): Message {
  const parsed = parseMessage(body);
  if (parsed.kind !== 'message') throw new Error(`not a message: ${body}`);
  return parsed.message;
}

/** `plan a@0/0`, `expand a@0/0/1`, `task a@0/0/3`, `wrote a@0/0/3`. */
export function nameOf(message: Message): string {
  const run = `${message.step}@${message.g}/${message.pass}`;
  if (message.kind === 'plan') return `plan ${run}`;
  if (message.kind === 'task') return `${message.wrote ? 'wrote' : 'task'} ${run}/${message.index}`;
  return `${message.kind} ${run}/${message.kind === 'expand' ? message.group : message.block}`;
}
