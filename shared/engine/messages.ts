/** Messages say only which task; data travel through named files (ARCHITECTURE section 1). Each is below 1 KiB. */
import { z } from 'zod';
import type { RunRef } from './records.ts';

/** Raised when a message of this build could be misread by an older one, which then releases it. */
const MESSAGE_VERSION = 1;

const run = {
  v: z.number().int(),
  job: z.string(),
  step: z.string(),
  g: z.number().int(),
  pass: z.number().int(),
};

const schema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('plan'), ...run }),
  z.object({ kind: z.literal('expand-block'), ...run, block: z.number().int() }),
  z.object({ kind: z.literal('expand'), ...run, group: z.number().int() }),
  z.object({ kind: z.literal('task'), ...run, index: z.number().int(), wrote: z.literal(true).optional() }),
]);

export type Message = z.infer<typeof schema>;
export type PlanMessage = Extract<Message, { kind: 'plan' }>;
export type ExpandBlockMessage = Extract<Message, { kind: 'expand-block' }>;
export type ExpandMessage = Extract<Message, { kind: 'expand' }>;
export type TaskMessage = Extract<Message, { kind: 'task' }>;

export type ParsedMessage =
  | { readonly kind: 'message'; readonly message: Message }
  /** Written by a newer build: release it, never drop it. */
  | { readonly kind: 'newer'; readonly version: number }
  | { readonly kind: 'garbage'; readonly reason: string };

export function parseMessage(body: string): ParsedMessage {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return { kind: 'garbage', reason: `not JSON: ${body.slice(0, 80)}` };
  }
  const version = (value as { v?: unknown } | null)?.v;
  if (typeof version === 'number' && version > MESSAGE_VERSION) return { kind: 'newer', version };
  const parsed = schema.safeParse(value);
  if (parsed.success) return { kind: 'message', message: parsed.data };
  return { kind: 'garbage', reason: z.prettifyError(parsed.error) };
}

const fields = ({ jobId, step, generation, pass }: RunRef) => ({
  v: MESSAGE_VERSION,
  job: jobId,
  step,
  g: generation,
  pass,
});

export const runRefOf = ({ job, step, g, pass }: Message): RunRef => ({
  jobId: job,
  step,
  generation: g,
  pass,
});

export const planMessage = (ref: RunRef): PlanMessage => ({ kind: 'plan', ...fields(ref) });

export const expandBlockMessage = (ref: RunRef, block: number): ExpandBlockMessage => ({
  kind: 'expand-block',
  ...fields(ref),
  block,
});

export const expandMessage = (ref: RunRef, group: number): ExpandMessage => ({
  kind: 'expand',
  ...fields(ref),
  group,
});

export const taskMessage = (ref: RunRef, index: number): TaskMessage => ({
  kind: 'task',
  ...fields(ref),
  index,
});

/** The task has written its files, only its record is wrong: its receiver heals the record and never runs it. */
export const wroteMessage = (ref: RunRef, index: number): TaskMessage => ({
  ...taskMessage(ref, index),
  wrote: true,
});
