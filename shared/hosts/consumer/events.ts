/** What a consumer tells its operator: one event a line in its log, quiet while all goes well. */
import type { Message } from '../../engine/messages.ts';
import type { Notice } from '../../engine/ports.ts';
import type { StepId, Subject } from '../../engine/records.ts';
import type { JobEvent } from '../job-events.ts';

/** Which task, plan or expansion a message is about. */
export interface About {
  readonly job: string;
  readonly step: StepId;
  readonly pass: number;
  readonly subject: Subject;
}

export type ConsumerEvent =
  | JobEvent
  | {
      readonly event: 'started';
      readonly queue: string;
      readonly threads: number;
      readonly memoryMiB: number;
    }
  | { readonly event: 'notice'; readonly kind: Notice['kind']; readonly secondsLeft?: number }
  | ({ readonly event: 'failed'; readonly error: string; readonly stack?: string } & About)
  /** The message goes back to the queue, without an attempt unless `why` counts one. */
  | ({ readonly event: 'handed-back'; readonly why: string; readonly delaySeconds: number } & Partial<About>)
  /** The lease ended before the work did. */
  | ({ readonly event: 'lost'; readonly why: string } & Partial<About>)
  /** A job waited for its input as long as it may: it is incomplete now. */
  | { readonly event: 'gave-up-waiting'; readonly job: string; readonly progress: string }
  | { readonly event: 'too-large'; readonly step: StepId; readonly text: string }
  /** A port fails, and is tried again; told once until it works again. */
  | { readonly event: 'trouble'; readonly what: string; readonly error: string }
  | { readonly event: 'recovered'; readonly what: string }
  | {
      readonly event: 'ended';
      readonly why: string;
      readonly done: number;
      readonly failed: number;
      readonly aborted: number;
    };

export type Log = (event: ConsumerEvent) => void;

export const aboutOf = (message: Message): About => ({
  job: message.job,
  step: message.step,
  pass: message.pass,
  subject: subjectOf(message),
});

function subjectOf(message: Message): Subject {
  switch (message.kind) {
    case 'plan':
      return 'plan';
    case 'expand-block':
      return `expand-block-${message.block}`;
    case 'expand':
      return `expand-${message.group}`;
    case 'task':
      return message.index;
  }
}
