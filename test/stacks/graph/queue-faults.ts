/** What is wrong with the queues of a graph; nothing, if all is well. */
import { longestSeconds, type Service } from '../../../stacks/services.ts';
import { type Graph, ofType, type Resource } from './graph.ts';

const DEAD = '-dead';
const arnOf = (name: string): RegExp => new RegExp(`:${name}$`);
const isDead = ({ inputs }: Resource): boolean => inputs.name.endsWith(DEAD);

export function queuesWithoutDeadLetters(graph: Graph): readonly string[] {
  const queues = ofType(graph, 'sqs/queue');
  return queues.flatMap((queue) => {
    if (isDead(queue)) return [];
    const { deadLetterTargetArn, maxReceiveCount } = JSON.parse(queue.inputs.redrivePolicy ?? '{}');
    const dead = queues.find(({ inputs }) => arnOf(inputs.name).test(deadLetterTargetArn ?? ''));
    if (dead === undefined) return [`${queue.name}: dead letters go to ${deadLetterTargetArn}`];
    // Well above the engine's own attempts.
    if (!(maxReceiveCount >= 50)) return [`${queue.name}: a dead letter after ${maxReceiveCount} receives`];
    const isKept = dead.inputs.messageRetentionSeconds > queue.inputs.messageRetentionSeconds;
    return isKept ? [] : [`${dead.name}: keeps its letters no longer than their queue`];
  });
}

/** Also the queues of dead letters, which nobody would look at. */
export function queuesWithoutAlarm(graph: Graph): readonly string[] {
  const topics = ofType(graph, 'sns/topic').map(({ inputs }) => arnOf(inputs.name));
  const speaks = ({ inputs }: Resource): boolean =>
    (inputs.alarmActions ?? []).some((action: string) => topics.some((topic) => topic.test(action)));
  const watched = ofType(graph, 'cloudwatch/metricAlarm')
    .filter(speaks)
    .map(({ inputs }) => inputs.dimensions?.QueueName);
  return ofType(graph, 'sqs/queue')
    .filter(({ inputs }) => !watched.includes(inputs.name))
    .map(({ name }) => `${name}: no alarm speaks of it`);
}

const TIMES_FUNCTION_LIMIT = 6;

export function visibilitiesTooShort(graph: Graph, services: readonly Service[]): readonly string[] {
  const queues = ofType(graph, 'sqs/queue').filter((queue) => !isDead(queue));
  return queues.flatMap(({ name, inputs }) => {
    const needed = Math.max(...secondsOfWork(graph, inputs.name, services));
    const seconds = inputs.visibilityTimeoutSeconds;
    if (!Number.isFinite(needed)) return [`${name}: nobody works on it`];
    return seconds >= needed ? [] : [`${name}: hidden for ${seconds} s, work takes ${needed} s`];
  });
}

/** Of each that works on the queue: a function with its limit, a fleet with its longest task. */
function secondsOfWork(graph: Graph, queue: string, services: readonly Service[]): readonly number[] {
  const functions = ofType(graph, 'lambda/eventSourceMapping')
    .filter(({ inputs }) => arnOf(queue).test(inputs.eventSourceArn))
    .map(({ inputs }) => inputs.functionName);
  return [
    ...ofType(graph, 'lambda/function')
      .filter(({ inputs }) => functions.includes(inputs.name))
      .map(({ inputs }) => TIMES_FUNCTION_LIMIT * inputs.timeout),
    ...services.filter(({ name }) => queue.endsWith(`-${name}`)).map(longestSeconds),
  ];
}

export const sourcesThatLoseMessages = (graph: Graph): readonly string[] =>
  ofType(graph, 'lambda/eventSourceMapping')
    .filter(({ inputs }) => !inputs.functionResponseTypes?.includes('ReportBatchItemFailures'))
    .map(({ name }) => `${name}: one failed message would bring back its whole batch`);
