/** A deployment of memory twins, whose buckets hold what the test puts there. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Cloud, cloudOf } from '../../../cli/cloud/cloud.ts';
import { memoryQueues } from '../../../shared/adapters/memory/queue.ts';
import { memoryStore } from '../../../shared/adapters/memory/store.ts';
import { memoryTable } from '../../../shared/adapters/memory/table.ts';
import type { Clock, ObjectStore } from '../../../shared/engine/ports.ts';
import { folderForTests } from '../../end-to-end/binary.ts';
import { writeSmallAcquisition } from '../../end-to-end/small-acquisition.ts';

export const RAW = 's3://raw/brain';
export const VOLUME = 's3://volumes/brain';

export interface MemoryCloud extends Cloud {
  readonly store: (url: string) => ObjectStore;
}

export function memoryCloud(): MemoryCloud {
  const stores = new Map<string, ObjectStore>();
  const store = (url: string): ObjectStore => {
    const found = stores.get(url) ?? memoryStore(url);
    stores.set(url, found);
    return found;
  };
  const clock = impatientClock();
  const ports = { table: memoryTable(), queues: memoryQueues(clock) };
  const deployment = { name: 'cloudreg-test', region: 'eu-central-1' };
  const cloud = cloudOf(deployment, ports, async (url) => store(url));
  return { ...cloud, engine: { ...cloud.engine, clock }, store };
}

/** Whoever sleeps wakes at once, that much later. */
function impatientClock(): Clock {
  let now = Date.UTC(2026, 0, 1);
  return {
    now: () => now,
    sleep: (milliseconds) =>
      new Promise((resolve) =>
        setImmediate(() => {
          now += milliseconds;
          resolve();
        }),
      ),
  };
}

/** With the two text files of an acquisition: enough to be enqueued. */
export async function cloudWithAcquisition(): Promise<MemoryCloud> {
  const cloud = memoryCloud();
  const folder = folderForTests();
  writeSmallAcquisition(folder.path);
  for (const name of ['Experiment.ini', 'Scanned Cells.txt'])
    await cloud.store(RAW).put(name, readFileSync(join(folder.path, name)));
  folder.remove();
  return cloud;
}
