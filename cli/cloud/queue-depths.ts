/** How many messages wait. SQS counts approximately and late; what is done is said by the records alone. */
import { UPLOAD_QUEUE } from '../../shared/adapters/aws/deployment.ts';
import { PLAN_QUEUE } from '../../shared/engine/engine.ts';
import type { QueueDepth } from '../../shared/engine/ports.ts';
import type { Cloud } from './cloud.ts';

export interface QueueState extends QueueDepth {
  readonly queue: string;
  readonly deadLetters: number;
}

/** Plans, each service's tasks, and the uploads that start jobs. */
export const queueNames = ({ engine }: Pick<Cloud, 'engine'>): string[] => [
  PLAN_QUEUE,
  ...new Set(engine.steps.map(({ service }) => service)),
  UPLOAD_QUEUE,
];

export const readQueues = (cloud: Cloud): Promise<QueueState[]> =>
  Promise.all(
    queueNames(cloud).map(async (queue): Promise<QueueState> => {
      const { queues } = cloud.engine;
      const [depth, dead] = await Promise.all([queues.queue(queue).depth(), queues.dead(queue).depth()]);
      return { queue, ...depth, deadLetters: dead.visible + dead.inFlight + dead.delayed };
    }),
  );

export function queueLines({ deployment }: Cloud, states: readonly QueueState[]): string[] {
  const width = Math.max(0, ...states.map(({ queue }) => queue.length));
  return [
    `Queues of ${deployment.name} (approximate; messages of all its jobs):`,
    ...states.map(
      ({ queue, visible, inFlight, delayed, deadLetters }) =>
        `  ${queue.padEnd(width)}  ${visible} waiting, ${inFlight} in work, ${delayed} delayed, ${deadLetters} dead letters`,
    ),
  ];
}
