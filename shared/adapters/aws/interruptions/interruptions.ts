/** Notices as EC2 gives them: three places of the instance metadata, polled (AWS-LIMITS, EC2 and Spot). */
import { z } from 'zod';
import type { Clock, Interruptions, Notice } from '../../../engine/ports.ts';
import type { InstanceMetadata } from './instance-metadata.ts';
import type { ScaleInProtection } from './scale-in-protection.ts';

/** As AWS asks; the notice comes two minutes ahead. */
const POLL_MILLISECONDS = 5000;
/** Elsewhere than on EC2 nobody answers; on EC2 the service may have been busy. */
const UNANSWERED_MILLISECONDS = 60_000;

export interface Ec2Options {
  readonly metadata: InstanceMetadata;
  readonly clock: Clock;
  /** Lets the fleet go on; called once the machine is done, where a scale-in was noticed. */
  readonly completeLifecycle: () => Promise<void>;
  /** Absent where no group chooses among machines. */
  readonly protection?: ScaleInProtection;
  /** Told what cannot be read, once. */
  readonly onTrouble: (error: Error) => void;
}

export function ec2Interruptions(options: Ec2Options): Interruptions {
  const { metadata, clock, completeLifecycle, protection, onTrouble } = options;
  const told = new Set<Notice['kind']>();
  const troubles = new Set<string>();
  const isNew = ({ kind }: Notice): boolean => {
    if (told.has(kind)) return false;
    told.add(kind);
    return true;
  };
  /** False: nobody answered. */
  const tell = (error: Error): false => {
    if (!troubles.has(error.message)) onTrouble(error);
    troubles.add(error.message);
    return false;
  };
  const tellUnprotected = (error: Error) =>
    tell(new Error(`scale-in protection could not be changed: ${error.message}`, { cause: error }));
  return {
    async next(signal) {
      while (!signal.aborted) {
        const notice = await firstNotice(metadata, isNew).catch(tell);
        if (notice) return notice;
        await protection?.settle().catch(tellUnprotected);
        await clock.sleep(notice === false ? UNANSWERED_MILLISECONDS : POLL_MILLISECONDS, signal);
      }
      return undefined;
    },
    ...(protection ? { busy: protection.busy } : {}),
    async left() {
      await protection?.end().catch(tellUnprotected);
      if (told.has('scale-in')) await completeLifecycle();
    },
  };
}

/** For a machine that nobody takes away. */
export const noInterruptions: Interruptions = {
  next: (signal) =>
    new Promise((resolve) => {
      if (signal.aborted) resolve(undefined);
      signal.addEventListener('abort', () => resolve(undefined), { once: true });
    }),
  left: async () => {},
};

async function firstNotice(
  metadata: InstanceMetadata,
  isNew: (notice: Notice) => boolean,
): Promise<Notice | undefined> {
  for (const look of [spotNotice, scaleInNotice, rebalanceNotice]) {
    const notice = await look(metadata);
    if (notice && isNew(notice)) return notice;
  }
  return undefined;
}

/** `{"action": "terminate", "time": "2017-09-18T08:22:00Z"}`; `stop` and `hibernate` take the machine away too. */
const instanceAction = z.object({ action: z.string(), time: z.iso.datetime({ offset: true }) });

async function spotNotice(metadata: InstanceMetadata): Promise<Notice | undefined> {
  const text = await metadata.get('spot/instance-action');
  if (text === undefined) return undefined;
  // In whatever words: the notice is there, and two minutes are short. A time of 0 is one that cannot be true.
  const parsed = instanceAction.safeParse(parseJson(text));
  return { kind: 'spot', at: parsed.success ? Date.parse(parsed.data.time) : 0 };
}

async function rebalanceNotice(metadata: InstanceMetadata): Promise<Notice | undefined> {
  const text = await metadata.get('events/recommendations/rebalance');
  return text === undefined ? undefined : { kind: 'rebalance' };
}

async function scaleInNotice(metadata: InstanceMetadata): Promise<Notice | undefined> {
  const state = await metadata.get('autoscaling/target-lifecycle-state');
  // `InService` while it may stay; a machine of a warm pool ends in `Warmed:Terminated`.
  return state?.trim().endsWith('Terminated') ? { kind: 'scale-in' } : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
