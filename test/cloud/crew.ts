/** The processes of a deployment: one for each service, one for plans, and one for what Lambda does. */
import { PLAN_QUEUE } from '../../shared/engine/engine.ts';
import { SERVICES } from './local-cloud.ts';
import type { Post } from './program.ts';

export interface CrewOptions {
  /** Threads of each service's process. */
  readonly workers: number;
  readonly leaseSeconds?: number;
}

export const crewOf = ({ workers, leaseSeconds }: CrewOptions): Post[] => {
  const lease = leaseSeconds === undefined ? [] : ['--lease', String(leaseSeconds)];
  const consumer = (queue: string, ...words: string[]): Post => ({
    name: queue,
    script: 'cloudreg',
    words: ['consume', queue, ...words, ...lease],
  });
  return [
    consumer(PLAN_QUEUE),
    ...SERVICES.map((service) => consumer(service, '--workers', String(workers))),
    { name: 'functions', script: 'functions', words: [] },
  ];
};
