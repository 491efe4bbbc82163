/** A deployment as the commands use it: its records, its queues, and the stores that its jobs name. */
import { hostname } from 'node:os';
import { pipeline } from '../../services/pipeline.ts';
import type { Deployment } from '../../shared/adapters/aws/deployment.ts';
import { systemClock } from '../../shared/adapters/local/system-clock.ts';
import { openStore } from '../../shared/adapters/open-store.ts';
import { type Engine, shapeOf } from '../../shared/engine/engine.ts';
import type { JobTable, ObjectStore, Queues } from '../../shared/engine/ports.ts';
import { type DeploymentFlags, requireDeployment } from '../deployment.ts';

export interface Cloud {
  readonly deployment: Deployment;
  /** For the engine's commands: it sends and records, and never plans or runs. */
  readonly engine: Engine;
  readonly openStore: (url: string) => Promise<ObjectStore>;
}

/** Refused where no deployment is named. Nothing is asked of AWS yet. */
export async function openCloud(flags: DeploymentFlags): Promise<Cloud> {
  const deployment = await requireDeployment(flags);
  const { openDeployment } = await import('../../shared/adapters/aws/open-deployment.ts');
  return cloudOf(deployment, await openDeployment(deployment), openStore);
}

export function cloudOf(
  deployment: Deployment,
  { table, queues }: { readonly table: JobTable; readonly queues: Queues },
  open: Cloud['openStore'],
): Cloud {
  return {
    deployment,
    openStore: open,
    engine: {
      table,
      queues,
      clock: systemClock,
      steps: pipeline.steps.map(shapeOf),
      planner: { plan: leaveToConsumers },
      runner: { run: leaveToConsumers },
      openOutput: (job) => open(job.output),
      worker: `${hostname()}-${process.pid}`,
    },
  };
}

const leaveToConsumers = (): Promise<never> =>
  Promise.reject(new Error('a command of a deployment neither plans nor runs tasks: its consumers do'));
