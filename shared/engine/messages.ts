/** Messages say only which task; data travel through named files (ARCHITECTURE section 1). Each is below 1 KiB. */
import { z } from 'zod';

/** Raised when a message of this build could be misread by an older one, which then releases it. */
export const MESSAGE_VERSION = 1;

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
