import { handClock } from '../../shared/adapters/memory/clock.ts';
import { memoryQueues } from '../../shared/adapters/memory/queue.ts';
import { memoryTable } from '../../shared/adapters/memory/table.ts';
import { jobTableSuite } from './job-table.ts';
import { taskQueueSuite } from './task-queue.ts';

const nothing = async (): Promise<void> => undefined;

jobTableSuite('the table in memory', async () => ({ table: memoryTable(), dispose: nothing }));

taskQueueSuite('the queue in memory', async (options) => {
  const clock = handClock(1_000_000);
  const queues = memoryQueues(clock, options);
  return {
    queue: queues.queue('tasks'),
    dead: queues.dead('tasks'),
    advance: clock.advance,
    dispose: nothing,
  };
});
