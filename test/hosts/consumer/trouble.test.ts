import { describe, expect, it } from 'vitest';
import type { JobTable, TaskQueue } from '../../../shared/engine/ports.ts';
import { startBench, turns } from './bench.ts';

const denied = () => Object.assign(new Error('access denied'), { permanent: true });
const idle = { visible: 0, inFlight: 0, delayed: 0 };

/** What a failing port does, and how often it was asked. */
function failing(make: () => Error) {
  const state = { fails: true, calls: 0 };
  const ask = async <T>(work: () => Promise<T>): Promise<T> => {
    state.calls += 1;
    if (state.fails) throw make();
    return work();
  };
  return { state, ask };
}

describe('a consumer in trouble', () => {
  it('asks a queue that fails less and less often, says so once, and goes on when it works again', async () => {
    const { state, ask } = failing(() => new Error('no connection'));
    const spoilQueue = (queue: TaskQueue): TaskQueue => ({
      ...queue,
      receive: (options) => ask(() => queue.receive(options)),
    });
    const bench = startBench({ spoilQueue });
    await bench.pass(3600);
    expect(state.calls).toBeLessThan(200);
    expect(bench.events('trouble')).toEqual([{ event: 'trouble', what: 'receive', error: 'no connection' }]);
    expect(await bench.ended()).toBeUndefined();
    state.fails = false;
    await bench.send({ small: 1 });
    await bench.pass(60);
    expect(bench.running()).toEqual(['small 0']);
    expect(bench.events('recovered')).toEqual([{ event: 'recovered', what: 'receive' }]);
    bench.stop();
  });

  it('loses no work to a table that fails for a minute', async () => {
    const { state, ask } = failing(() => new Error('throttled'));
    const spoilTable = (table: JobTable): JobTable => ({
      ...table,
      markDone: (ref, slot) => ask(() => table.markDone(ref, slot)),
    });
    const bench = startBench({ spoilTable });
    await bench.send({ small: 1 });
    bench.task('small 0').end();
    await bench.pass(60);
    state.fails = false;
    await bench.pass(60);
    expect(bench.running()).toEqual([]);
    expect(await bench.queue.depth()).toEqual(idle);
    bench.stop();
  });

  it('gives messages back when a table fails for long, without counting an attempt', async () => {
    const { state, ask } = failing(() => new Error('throttled'));
    const spoilTable = (table: JobTable): JobTable => ({
      ...table,
      getGroup: (ref) => ask(() => table.getGroup(ref)),
    });
    const bench = startBench({ spoilTable });
    await bench.send({ small: 1 });
    await bench.pass(600);
    expect(bench.events('handed-back')).toContainEqual(
      expect.objectContaining({ why: 'throttled', delaySeconds: 300, subject: 0 }),
    );
    state.fails = false;
    await bench.pass(600);
    expect(bench.running()).toEqual(['small 0']);
    bench.stop();
  });

  it('ends with the error of a queue that is denied, after some minutes and few calls', async () => {
    const { state, ask } = failing(denied);
    const spoilQueue = (queue: TaskQueue): TaskQueue => ({
      ...queue,
      receive: (options) => ask(() => queue.receive(options)),
    });
    const bench = startBench({ spoilQueue });
    await bench.pass(60);
    expect(await bench.ended()).toBeUndefined();
    await bench.pass(240);
    expect(await bench.ended()).toEqual(denied());
    expect(state.calls).toBe(9);
  });

  it('ends with the error of a table that is denied, and hands back what it holds', async () => {
    const { state, ask } = failing(denied);
    state.fails = false;
    const spoilTable = (table: JobTable): JobTable => ({
      ...table,
      getJob: (id) => ask(() => table.getJob(id)),
    });
    const bench = startBench({ spoilTable });
    await bench.send({ small: 3 });
    expect(bench.running()).toHaveLength(3);
    state.fails = true;
    bench.task('small 0').end();
    await turns();
    await bench.send({ small: 1 }, 'another');
    await bench.pass(400);
    expect(await bench.ended()).toEqual(denied());
    expect(await bench.queue.depth()).toEqual({ ...idle, visible: 3 });
  });

  it('waits for nothing when it is told to end at once', async () => {
    const { state, ask } = failing(() => new Error('no connection'));
    const spoilQueue = (queue: TaskQueue): TaskQueue => ({
      ...queue,
      delete: (handles) => ask(() => queue.delete(handles)),
    });
    const bench = startBench({ spoilQueue });
    await bench.send({ small: 1 });
    bench.task('small 0').end();
    await bench.pass(2);
    bench.stop();
    expect(await bench.ended()).toMatchObject({ done: 1 });
    expect(state.calls).toBeLessThan(3);
  });
});
