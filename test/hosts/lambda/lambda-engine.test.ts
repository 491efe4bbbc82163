import { describe, expect, it } from 'vitest';
import { handleUploads } from '../../../services/ingest/upload/upload-trigger.ts';
import { acquisitionFile } from '../../../shared/acquisition/acquisition.ts';
import { TaskAborted } from '../../../shared/engine/errors.ts';
import { readFileIfPresent } from '../../../shared/engine/files.ts';
import { smallAcquisition } from '../../acquisition/small-acquisition.ts';
import { putEvent } from '../../services/ingest/upload/s3-events.ts';
import { copyAll, makeUploadWorld } from '../../services/ingest/upload/upload-world.ts';

async function uploaded() {
  const world = makeUploadWorld();
  await copyAll(await smallAcquisition(), world.storeAt('s3://raw/mouse'));
  await handleUploads(putEvent('mouse/Experiment.ini', 'raw'), world.ports);
  const job = await world.job();
  const task = { jobId: job.jobId, step: 'ingest.scan', generation: 0, pass: 0, index: 0 };
  return { world, job, task, output: world.storeAt('s3://volumes/lab/mouse') };
}

describe('a light task on Lambda', () => {
  it('runs in the thread there is, and its bytes are counted', async () => {
    const { world, job, task, output } = await uploaded();
    const report = await world.engine.runner.run(job, task, new AbortController().signal);
    expect((await readFileIfPresent(output, acquisitionFile))?.tiles).toHaveLength(2);
    const { size } = (await output.head(acquisitionFile.key))!;
    expect(report.bytesWritten).toBeGreaterThan(size);
    expect(report.bytesRead).toBeGreaterThan(0);
  });

  it('writes nothing more once it was told to stop', async () => {
    const { world, job, task, output } = await uploaded();
    const signal = AbortSignal.abort(new TaskAborted('the time limit is near'));
    await expect(world.engine.runner.run(job, task, signal)).rejects.toThrow('time limit');
    expect(await output.head(acquisitionFile.key)).toBeUndefined();
  });
});
