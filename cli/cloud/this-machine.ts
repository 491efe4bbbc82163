/** The machine that a consumer runs on: its name, and who tells that it will be taken away. */
import { hostname } from 'node:os';
import { metadataFrom } from '../../shared/adapters/aws/interruptions/instance-metadata.ts';
import { ec2Interruptions, noInterruptions } from '../../shared/adapters/aws/interruptions/interruptions.ts';
import {
  completeLifecycleHook,
  type LifecycleHook,
} from '../../shared/adapters/aws/interruptions/lifecycle-hook.ts';
import {
  scaleInProtection,
  setScaleInProtection,
} from '../../shared/adapters/aws/interruptions/scale-in-protection.ts';
import { systemClock } from '../../shared/adapters/local/system-clock.ts';
import type { Interruptions } from '../../shared/engine/ports.ts';

export interface ThisMachine {
  /** The instance's id on EC2; elsewhere names this process. */
  readonly id: string;
  /** `hook` undefined: no fleet waits for this machine. `onTrouble` is told once that there is nobody to ask. */
  interruptions(hook: LifecycleHook | undefined, onTrouble: (error: Error) => void): Interruptions;
}

export async function lookAtMachine(environment = process.env): Promise<ThisMachine> {
  const metadata = metadataFrom(environment);
  const readId = () => metadata?.get('instance-id');
  // Told when the notices are asked for: on a machine of one's own there are none.
  const instanceId = await readId()?.catch(() => undefined);
  return {
    id: instanceId ?? `${hostname()}-${process.pid}`,
    interruptions(hook, onTrouble) {
      if (metadata === undefined) return noInterruptions;
      const completeLifecycle = async () => {
        const id = instanceId ?? (await readId());
        if (hook && id) await completeLifecycleHook(hook, id);
      };
      const protect = async (isProtected: boolean) => {
        const id = instanceId ?? (await readId());
        if (hook && id) await setScaleInProtection(hook, id, isProtected);
      };
      const protection = hook ? { protection: scaleInProtection(protect, systemClock) } : {};
      return ec2Interruptions({ metadata, clock: systemClock, completeLifecycle, onTrouble, ...protection });
    },
  };
}
