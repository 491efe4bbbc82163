/** The Auto Scaling hook that holds a machine until its work has ended. */
import { clientSettings } from '../connection.ts';

export interface LifecycleHook {
  /** Name of the hook. */
  readonly hook: string;
  /** Name of the Auto Scaling group. */
  readonly group: string;
  readonly region: string;
}

/** Lets the group end this machine now, in place of at the end of the hook's time-out. */
export async function completeLifecycleHook(
  { hook, group, region }: LifecycleHook,
  instanceId: string,
): Promise<void> {
  const { AutoScalingClient, CompleteLifecycleActionCommand } = await import('@aws-sdk/client-auto-scaling');
  const client = new AutoScalingClient({ region, ...clientSettings(1) });
  try {
    await client.send(
      new CompleteLifecycleActionCommand({
        LifecycleHookName: hook,
        AutoScalingGroupName: group,
        InstanceId: instanceId,
        LifecycleActionResult: 'CONTINUE',
      }),
    );
  } finally {
    client.destroy();
  }
}
