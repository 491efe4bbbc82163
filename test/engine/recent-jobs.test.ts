/** A job's record that was read a moment ago may let a task run, and nothing else (PROTOCOL section 5, rows 6 and 7). */
import { describe, expect, it, vi } from 'vitest';
import { cancel, redo, start } from '../../shared/engine/commands.ts';
import { handleMessage } from '../../shared/engine/handle-message.ts';
import { expandMessage, type Message, planMessage, taskMessage } from '../../shared/engine/messages.ts';
import { recentJobs } from '../../shared/engine/recent-jobs.ts';
import { makeWorld } from './kit/world.ts';

async function expanded() {
  const world = makeWorld([{ id: 'a', tasks: 3 }]);
  const runner = { run: async () => ({ bytesRead: 0, bytesWritten: 0 }) };
  const engine = { ...world.engine, runner, recentJobs: recentJobs() };
  await start(engine, world.newJob);
  const run = { jobId: world.jobId, step: 'a', generation: 0, pass: 0 };
  const handle = (message: Message) =>
    handleMessage(JSON.stringify(message), engine, { signal: new AbortController().signal });
  await handle(planMessage(run));
  await handle(expandMessage(run, 0));
  const reads = vi.spyOn(engine.table, 'getJob');
  return { world, engine, run, handle, reads };
}

describe('a job read a moment ago', () => {
  it('lets a task run without another read', async () => {
    const { run, handle, reads, engine } = await expanded();
    expect(await handle(taskMessage(run, 0))).toEqual({ kind: 'delete' });
    expect(reads).not.toHaveBeenCalled();
    expect((await engine.table.getGroup({ ...run, group: 0 }))?.done.has(0)).toBe(true);
  });

  it('plans and expands nothing', async () => {
    const { run, handle, reads } = await expanded();
    await handle(planMessage(run));
    await handle(expandMessage(run, 0));
    expect(reads).toHaveBeenCalledTimes(2);
  });

  it('is read again after half a minute: a cancelled job then stops', async () => {
    const { world, engine, run, handle, reads } = await expanded();
    await cancel(engine, world.jobId);
    reads.mockClear();
    world.clock.advance(30_001);
    expect(await handle(taskMessage(run, 0))).toEqual({ kind: 'delete' });
    expect(reads).toHaveBeenCalledTimes(1);
    expect((await engine.table.getGroup({ ...run, group: 0 }))?.done.size).toBe(0);
  });

  it('drops no task of a generation that it does not know', async () => {
    const { world, engine, run, handle, reads } = await expanded();
    await redo(engine, world.jobId, 'a', { quietMilliseconds: 0 });
    const next = { ...run, generation: 1 };
    await handle(planMessage(next));
    await handle(expandMessage(next, 0));
    reads.mockClear();
    // The record is that of generation 1 now: an older task is dropped by a fresh one only.
    expect(await handle(taskMessage(run, 0))).toEqual({ kind: 'delete' });
    expect(reads).toHaveBeenCalledTimes(1);
    expect((await engine.table.getGroup({ ...run, group: 0 }))?.done.size).toBe(0);
  });
});
