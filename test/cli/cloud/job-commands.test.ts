import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findCloudJob } from '../../../cli/cloud/cloud-job.ts';
import { goOnInCloud } from '../../../cli/cloud/go-on.ts';
import { cancelJob } from '../../../cli/commands/cancel.ts';
import { enqueue } from '../../../cli/commands/enqueue.ts';
import { jobs } from '../../../cli/commands/jobs.ts';
import { logs } from '../../../cli/commands/logs.ts';
import { cloudStatus } from '../../../cli/commands/status.ts';
import { jobParameters } from '../../../services/parameters.ts';
import { firstPass } from '../../../shared/engine/ready.ts';
import { inFolder } from '../../end-to-end/binary.ts';
import { fakeTerminal } from '../fake-terminal.ts';
import { cloudWithAcquisition, memoryCloud, RAW, VOLUME } from './memory-cloud.ts';

/** A job whose scan has failed for good. */
async function failedJob() {
  const cloud = await cloudWithAcquisition();
  const wish = { acquisition: RAW, output: VOLUME, parameters: jobParameters.parse({}) };
  await enqueue(fakeTerminal(), cloud, wish, {});
  const job = await findCloudJob(cloud, VOLUME);
  const { table, queues } = cloud.engine;
  const ref = firstPass(job, 'ingest.scan');
  const error = { message: 'a plane is no TIFF', worker: 'i-123', at: 1_700_000_000_000 };
  await table.createRun(ref, { count: 1, passes: 1 });
  await table.createGroup({ ...ref, group: 0 }, 1);
  await table.countAttempt(ref, 0, error);
  await table.markFailed({ ...ref, group: 0 }, 0);
  await table.groupFailed(ref, 0);
  await table.stepFailed(job.jobId, 'ingest.scan@0');
  await queues.queue('plans').purge();
  return { cloud, job };
}

async function written(command: (terminal: ReturnType<typeof fakeTerminal>) => Promise<number>) {
  const terminal = fakeTerminal();
  const exitCode = await command(terminal);
  return { exitCode, out: terminal.written.out };
}

describe('a job of a deployment', () => {
  it('is found by its id and by its output', async () => {
    const { cloud, job } = await failedJob();
    expect(await findCloudJob(cloud, job.jobId)).toMatchObject({ output: VOLUME });
    expect(await findCloudJob(cloud, `${VOLUME}/`)).toMatchObject({ jobId: job.jobId });
    await expect(findCloudJob(cloud, '0123456789abcdef')).rejects.toThrow('has no job 0123456789abcdef');
    await expect(findCloudJob(memoryCloud(), VOLUME)).rejects.toThrow(`no job that writes to ${VOLUME}`);
  });

  it('is listed with its status, beside what the queues hold', async () => {
    const { cloud, job } = await failedJob();
    const { out } = await written((terminal) => jobs(terminal, cloud, {}));
    expect(out).toContain(`${job.jobId}  failed `);
    expect(out).toMatch(/approximate; messages of all its jobs\):\n {2}plans/);
    const json = await written((terminal) => jobs(terminal, cloud, { json: true }));
    expect(JSON.parse(json.out.split('\n')[0] ?? '')).toMatchObject({ jobId: job.jobId, status: 'failed' });
  });

  it('shows its failures and what to do; the exit code says that it failed', async () => {
    const { cloud, job } = await failedJob();
    const { exitCode, out } = await written((terminal) => cloudStatus(terminal, { cloud, job }, {}));
    expect(exitCode).toBe(1);
    expect(out).toContain('ingest.scan, task 0 failed after 1 attempt: a plane is no TIFF');
    expect(out).toContain(`cloudreg retry ${job.jobId}`);
    const json = await written((terminal) =>
      cloudStatus(terminal, { cloud, job }, { json: true, watch: true }),
    );
    expect(JSON.parse(json.out.trimEnd().split('\n').at(-1) ?? '')).toMatchObject({ status: 'failed' });
  });

  it('is retried: its failures are gone, its tasks are sent', async () => {
    const { cloud, job } = await failedJob();
    await written((terminal) => goOnInCloud(terminal, { cloud, job }, { kind: 'retry' }, {}));
    expect(await cloud.engine.queues.queue('plans').depth()).toMatchObject({ visible: 1 });
    expect(await cloud.engine.queues.queue('ingest').depth()).toMatchObject({ visible: 1 });
    const { out } = await written((terminal) => cloudStatus(terminal, { cloud, job }, {}));
    expect(out).toContain(': running');
  });

  it('takes no flags of work on this machine', async () => {
    const { cloud, job } = await failedJob();
    const asked = goOnInCloud(fakeTerminal(), { cloud, job }, { kind: 'resume' }, { workers: '2' });
    await expect(asked).rejects.toThrow('--workers and --memory are for jobs of this machine');
  });

  it('is cancelled, and goes on with resume', async () => {
    const { cloud, job } = await failedJob();
    await written((terminal) => cancelJob(terminal, { cloud, job }, {}));
    expect(await cloud.engine.table.getJob(job.jobId)).toMatchObject({ cancelled: true });
    await written((terminal) => goOnInCloud(terminal, { cloud, job }, { kind: 'resume' }, {}));
    expect(await cloud.engine.table.getJob(job.jobId)).toMatchObject({ cancelled: false });
  });

  it('has logs: what failed and who saw it, where the rest is, and lines of local files', () =>
    inFolder(async (folder) => {
      const { cloud, job } = await failedJob();
      writeFileSync(join(folder, 'plans.log'), `about ${job.jobId}\nabout another\n`);
      const { out } = await written((terminal) => logs(terminal, { cloud, job }, { folder }));
      expect(out).toContain(
        '2023-11-14T22:13:20.000Z  i-123  ingest.scan, task 0, attempt 1: a plane is no TIFF',
      );
      expect(out).toContain('/cloudreg/cloudreg-test');
      expect(out).toContain(`plans.log: about ${job.jobId}\n`);
      expect(out).not.toContain('another');
    }));
});
