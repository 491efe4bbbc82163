/**
 * Which machine a group takes that shrinks: an idle one. A machine is protected while it works. One that the group
 * takes at just that moment loses nothing: the lifecycle hook holds it until its tasks have ended.
 */
import type { Clock } from '../../../engine/ports.ts';
import { clientSettings } from '../connection.ts';
import type { LifecycleHook } from './lifecycle-hook.ts';

export interface ScaleInProtection {
  /** Whether anything is in work from now on. */
  busy(isBusy: boolean): void;
  /** Tells the group, where that has changed for good. Rejects where it cannot be told; the next call tries again. */
  settle(): Promise<void>;
  /** Before the program ends: a protected machine without it would stay for ever. */
  end(): Promise<void>;
}

/** Between two messages a machine is not idle yet, and the group is not to be asked for each of them. */
const IDLE_MILLISECONDS = 60_000;

export function scaleInProtection(
  setProtected: (isProtected: boolean) => Promise<void>,
  clock: Clock,
): ScaleInProtection {
  let isBusy = false;
  let lastBusy = clock.now();
  let wasBusy = false;
  // Unknown: the program may have been started again on a machine that it had protected.
  let isProtected: boolean | undefined;
  const tell = async (wanted: boolean): Promise<void> => {
    if (wanted === isProtected) return;
    await setProtected(wanted);
    isProtected = wanted;
  };
  return {
    busy(nowBusy) {
      if (isBusy || nowBusy) {
        lastBusy = clock.now();
        wasBusy = true;
      }
      isBusy = nowBusy;
    },
    async settle() {
      const isIdle = !isBusy && clock.now() - lastBusy >= IDLE_MILLISECONDS;
      if (isIdle) await tell(false);
      else if (wasBusy) await tell(true);
    },
    async end() {
      if (isProtected) await tell(false);
    },
  };
}

export async function setScaleInProtection(
  { group, region }: Pick<LifecycleHook, 'group' | 'region'>,
  instanceId: string,
  isProtected: boolean,
): Promise<void> {
  const { AutoScalingClient, SetInstanceProtectionCommand } = await import('@aws-sdk/client-auto-scaling');
  const client = new AutoScalingClient({ region, ...clientSettings(1) });
  try {
    await client.send(
      new SetInstanceProtectionCommand({
        AutoScalingGroupName: group,
        InstanceIds: [instanceId],
        ProtectedFromScaleIn: isProtected,
      }),
    );
  } finally {
    client.destroy();
  }
}
