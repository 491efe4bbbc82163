/**
 * `cloudreg consume <queue>`: the program of a machine of a fleet. Its log is one JSON object a line on standard error,
 * its metrics are lines on standard output that the CloudWatch agent picks up.
 */
import { type Command, Option } from 'commander';
import { pipeline } from '../../services/pipeline.ts';
import type { Deployment } from '../../shared/adapters/aws/deployment.ts';
import type { LifecycleHook } from '../../shared/adapters/aws/interruptions/lifecycle-hook.ts';
import { emfMetrics } from '../../shared/adapters/aws/metrics/emf.ts';
import { metricsNamespace } from '../../shared/adapters/aws/metrics/metric-names.ts';
import { PLAN_QUEUE } from '../../shared/engine/engine.ts';
import { runEc2Consumer } from '../../shared/hosts/consumer/ec2-consumer.ts';
import { lookAtMachine } from '../cloud/this-machine.ts';
import type { DefineCommand } from '../command.ts';
import { addDeploymentFlags, type DeploymentFlags, requireDeployment } from '../deployment.ts';
import { EXIT_DONE, RefusedError } from '../errors.ts';
import { listenForInterrupts } from '../interrupts.ts';
import { pipelineModule } from '../pipeline-module.ts';
import { addResourceFlags, type ResourceFlags, readResources } from '../run-options.ts';
import { nearest } from '../suggestion.ts';
import { line, type Terminal } from '../terminal.ts';

const QUEUES: readonly string[] = [PLAN_QUEUE, ...new Set(pipeline.steps.map(({ service }) => service))];

interface ConsumeFlags extends DeploymentFlags, ResourceFlags {
  readonly worker?: string;
  readonly lease?: string;
  readonly untilIdle?: string;
  readonly lifecycleHook?: string;
  readonly autoScalingGroup?: string;
}

export const define: DefineCommand = (command, terminal, exit) => {
  command.argument('<queue>', `what to work on: ${QUEUES.join(', ')}`);
  addResourceFlags(addDeploymentFlags(command));
  addFleetFlags(command)
    .addHelpText(
      'after',
      '\nEnds with 0 when it was told to or its machine goes, 2 when its queue or table cannot be used: a restart would not help.',
    )
    .action(async (queue: string, flags: ConsumeFlags) => exit(await consume(terminal, queue, flags)));
};

const addFleetFlags = (command: Command): Command =>
  command
    .option('--lease <seconds>', 'how long a message is held without a sign of life', '300')
    .option('--until-idle <seconds>', 'end when there was nothing to do for so long (default: stay)')
    .option('--worker <name>', 'in failure records and the log; the name of its log stream')
    .addOption(
      new Option('--lifecycle-hook <name>', 'completed before it ends because the fleet shrinks').env(
        'CLOUDREG_LIFECYCLE_HOOK',
      ),
    )
    .addOption(
      new Option('--auto-scaling-group <name>', 'of this machine').env('CLOUDREG_AUTO_SCALING_GROUP'),
    );

async function consume(terminal: Terminal, queue: string, flags: ConsumeFlags): Promise<number> {
  checkQueue(queue);
  const settings = { ...readResources(flags), ...readTimes(flags) };
  const deployment = await requireDeployment(flags);
  const hook = readHook(flags, deployment);
  const { openDeployment } = await import('../../shared/adapters/aws/open-deployment.ts');
  const [open, machine] = await Promise.all([
    openDeployment(deployment, { queues: [queue] }),
    lookAtMachine(),
  ]);
  const worker = flags.worker ?? `${machine.id}-${queue}`;
  const say = (event: object): void =>
    line(terminal.err, JSON.stringify({ at: new Date().toISOString(), worker, ...event }));
  const interrupts = listenForInterrupts({
    onDrain: () => say({ event: 'told-to-end', text: 'Ends after what is in work; nothing more begins.' }),
    onStop: () => say({ event: 'told-to-end', text: 'Hands back what is in work.' }),
  });
  try {
    await runEc2Consumer({
      ...{ pipeline, pipelineModule: pipelineModule(), queue, worker, log: say },
      ...settings,
      table: open.table,
      queues: open.queues,
      interruptions: machine.interruptions(hook, ({ message }) =>
        say({ event: 'no-notices', text: `${message}: not on EC2, or notices come late` }),
      ),
      metrics: emfMetrics(metricsNamespace(deployment), (text) => line(terminal.out, text)),
      drain: interrupts.drain,
      stop: interrupts.stop,
    });
    return EXIT_DONE;
  } finally {
    interrupts.dispose();
    open.close();
  }
}

function checkQueue(queue: string): void {
  if (QUEUES.includes(queue)) return;
  const meant = nearest(queue, QUEUES);
  const hint = meant ? `did you mean ${meant}?` : `the queues are ${QUEUES.join(', ')}.`;
  throw new RefusedError(`"${queue}" is no queue; ${hint}`);
}

function readTimes({ lease, untilIdle }: ConsumeFlags) {
  const leaseSeconds = readSeconds('--lease', lease ?? '');
  // Three signs of life must fit in, and SQS holds a message for 12 h at most.
  if (leaseSeconds < 3 || leaseSeconds > 43_200)
    throw new RefusedError(`--lease is ${leaseSeconds}; expected 3 to 43200 seconds.`);
  return untilIdle === undefined
    ? { leaseSeconds }
    : { leaseSeconds, untilIdleSeconds: readSeconds('--until-idle', untilIdle) };
}

function readSeconds(flag: string, text: string): number {
  const seconds = Number(text);
  if (/^\d+$/.test(text) && seconds > 0) return seconds;
  throw new RefusedError(`${flag} is "${text}"; expected a whole number of seconds above 0.`);
}

function readHook(flags: ConsumeFlags, { region }: Deployment): LifecycleHook | undefined {
  const { lifecycleHook: hook, autoScalingGroup: group } = flags;
  if (hook && group) return { hook, group, region };
  if (!hook && !group) return undefined;
  throw new RefusedError(
    `--lifecycle-hook and --auto-scaling-group go together; only "${hook ?? group}" was given.`,
  );
}
