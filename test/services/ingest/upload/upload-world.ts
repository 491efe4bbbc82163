/** An upload trigger and a consumer of plans over the memory twins: one deployment, one raw bucket, outputs. */

import type { UploadEvent, UploadPorts } from '../../../../services/ingest/upload/start-upload.ts';
import { pipeline, runSteps } from '../../../../services/pipeline.ts';
import { handClock } from '../../../../shared/adapters/memory/clock.ts';
import { memoryQueues } from '../../../../shared/adapters/memory/queue.ts';
import { memoryStore } from '../../../../shared/adapters/memory/store.ts';
import { memoryTable } from '../../../../shared/adapters/memory/table.ts';
import { PLAN_QUEUE } from '../../../../shared/engine/engine.ts';
import { handleMessage } from '../../../../shared/engine/handle-message.ts';
import type { ObjectStore } from '../../../../shared/engine/ports.ts';
import type { JobRecord } from '../../../../shared/engine/records.ts';
import { jobStatus } from '../../../../shared/engine/status.ts';
import { lambdaEngine } from '../../../../shared/hosts/lambda/lambda-engine.ts';

export type UploadWorld = ReturnType<typeof makeUploadWorld>;

export function makeUploadWorld() {
  const clock = handClock(1_700_000_000_000);
  const table = memoryTable();
  const queues = memoryQueues(clock, { maxReceives: 50 });
  const stores = new Map<string, ObjectStore>();
  const log: UploadEvent[] = [];

  const storeAt = (url: string): ObjectStore => {
    const store = stores.get(url) ?? memoryStore(url);
    stores.set(url, store);
    return store;
  };
  const openStore = async (url: string) => storeAt(url);
  const engine = lambdaEngine({ table, queues, clock, pipeline, openStore, worker: 'test' });
  const ports: UploadPorts = {
    engine,
    openStore,
    outputRoot: 's3://volumes/lab/',
    pipelineVersion: '1',
    steps: runSteps,
    build: 'test',
    log: (event) => log.push(event),
  };

  return {
    clock,
    table,
    queues,
    engine,
    ports,
    stores,
    storeAt,
    log,
    job: async (): Promise<JobRecord> => {
      const [job, ...others] = await table.listJobs();
      if (!job || others.length > 0) throw new Error(`${others.length + (job ? 1 : 0)} jobs, expected one`);
      return job;
    },
    status: async (job: JobRecord) => jobStatus(job, engine.steps),
    plansWaiting: async () => {
      const { visible, delayed } = await queues.queue(PLAN_QUEUE).depth();
      return visible + delayed;
    },
    /** Handles every visible message of the plan queue. */
    consumePlans: async (): Promise<void> => {
      const queue = queues.queue(PLAN_QUEUE);
      for (;;) {
        const [delivery] = await queue.receive({ max: 1, waitSeconds: 0, leaseSeconds: 60 });
        if (!delivery) return;
        const { body, handle, receives } = delivery;
        const signal = new AbortController().signal;
        const outcome = await handleMessage(body, engine, { signal, receives });
        if (outcome.kind === 'delete') await queue.delete([handle]);
        else await queue.release(handle, outcome.delaySeconds);
      }
    },
    json: async (url: string, key: string): Promise<unknown> => {
      const object = await storeAt(url).get(key);
      return object && JSON.parse(new TextDecoder().decode(object.bytes));
    },
  };
}

/** Puts all objects of one store into another. */
export async function copyAll(from: ObjectStore, to: ObjectStore, isWanted = (_key: string) => true) {
  for await (const { key } of from.list(''))
    if (isWanted(key)) await to.put(key, (await from.get(key))!.bytes);
}
