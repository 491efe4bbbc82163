import { describe, expect, it } from 'vitest';
import { enqueue } from '../../../cli/commands/enqueue.ts';
import { jobParameters } from '../../../services/parameters.ts';
import { parseMessage } from '../../../shared/engine/messages.ts';
import type { Queues } from '../../../shared/engine/ports.ts';
import { fakeTerminal } from '../fake-terminal.ts';
import { cloudWithAcquisition, type MemoryCloud, memoryCloud, RAW, VOLUME } from './memory-cloud.ts';

const wish = (change: Record<string, unknown> = {}) => ({
  acquisition: RAW,
  output: VOLUME,
  parameters: jobParameters.parse({ placement: 'nominal', ...change }),
});

async function begin(cloud: MemoryCloud, flags: Parameters<typeof enqueue>[3] = {}, change = {}) {
  const terminal = fakeTerminal();
  const exitCode = await enqueue(terminal, cloud, wish(change), flags);
  return { exitCode, out: terminal.written.out };
}

const plansOf = ({ engine }: MemoryCloud) => engine.queues.queue('plans');

describe('enqueue', () => {
  it('prints the plan, records the job and sends its first plan', async () => {
    const cloud = await cloudWithAcquisition();
    const { exitCode, out } = await begin(cloud);
    expect(exitCode).toBe(0);
    expect(out).toContain('2 rows x 2 columns, 4 tiles scanned');
    const [job] = await cloud.engine.table.listJobs();
    expect(out).toContain(`Job ${job?.jobId} is given to cloudreg-test`);
    const [first, ...others] = await plansOf(cloud).receive({ max: 10, waitSeconds: 0, leaseSeconds: 9 });
    expect(parseMessage(first?.body ?? '')).toMatchObject({ message: { kind: 'plan', step: 'ingest.scan' } });
    expect(others).toEqual([]);
  });

  it('gives the output to the job alone: other parameters are refused with the differences', async () => {
    const cloud = await cloudWithAcquisition();
    await begin(cloud);
    await begin(cloud);
    expect(await cloud.engine.table.listJobs()).toHaveLength(1);
    await expect(begin(cloud, {}, { mips: 2 })).rejects.toThrow('--mips: auto there, 2 here');
  });

  it('begins nothing with --dry-run', async () => {
    const cloud = await cloudWithAcquisition();
    const { out } = await begin(cloud, { dryRun: true });
    expect(out).toContain('Nothing was written.');
    expect(await cloud.engine.table.listJobs()).toEqual([]);
    expect(await plansOf(cloud).depth()).toMatchObject({ visible: 0 });
    expect(await cloud.store(VOLUME).head('.cloudreg/job.json')).toBeUndefined();
  });

  it('ends with the status of the job with --wait', async () => {
    const cloud = await cloudWithAcquisition();
    const waiting = begin(cloud, { wait: true, json: true });
    const { table } = cloud.engine;
    while ((await table.listJobs()).length === 0) await new Promise(setImmediate);
    const [job] = await table.listJobs();
    await table.setCancelled(job?.jobId ?? '', true);
    const { exitCode, out } = await waiting;
    expect(exitCode).toBe(1);
    expect(JSON.parse(out.trimEnd().split('\n').at(-1) ?? '')).toMatchObject({ status: 'cancelled' });
  });

  it('names everything that cannot be reached, at once, and begins nothing', async () => {
    const cloud = memoryCloud();
    const noQueue = new Error('queue cloudreg-test-plans: it does not exist. Deploy it.');
    const denied = new Error('table cloudreg-test-jobs: access denied. Use other credentials.');
    const queue = { ...plansOf(cloud), depth: () => Promise.reject(noQueue) };
    const queues: Queues = { queue: () => queue, dead: () => queue };
    const table = { ...cloud.engine.table, getJob: () => Promise.reject(denied) };
    const poor = { ...cloud, engine: { ...cloud.engine, queues, table } };
    const error = await enqueue(fakeTerminal(), poor, wish(), {}).catch((refusal: Error) => refusal);
    expect(error).toMatchObject({ name: 'RefusedError' });
    const { message } = error as Error;
    expect(message).toContain('acquisition: s3://raw/brain: not a COLM acquisition');
    expect(message).toContain('table: table cloudreg-test-jobs: access denied. Use other credentials.');
    expect(message).toContain('queues: queue cloudreg-test-plans: it does not exist. Deploy it.');
  });

  it.each([
    [{ acquisition: '/data/brain' }, 'The acquisition /data/brain is not where'],
    [{ output: 'https://somewhere/volume' }, 'The output https://somewhere/volume is not where'],
    [
      { parameters: jobParameters.parse({ flatField: '/data/flat.tiff' }) },
      '--flat-field file:///data/flat.tiff',
    ],
  ])('refuses places that other machines cannot reach: %j', async (change, why) => {
    const asked = { ...wish(), ...change };
    await expect(enqueue(fakeTerminal(), memoryCloud(), asked, {})).rejects.toThrow(why);
  });
});
