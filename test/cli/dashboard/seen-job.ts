/** A job of this machine in a folder, made record by record: as a run would leave it at that moment. */

import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { claimFolder, type OutputFolder, openOutputFolder } from '../../../cli/output-folder.ts';
import { acquireOwner } from '../../../shared/adapters/local/owner-lock.ts';
import { type LocalState, openState } from '../../../shared/adapters/local/state.ts';
import { handClock } from '../../../shared/adapters/memory/clock.ts';
import { taskMessage } from '../../../shared/engine/messages.ts';
import { type NewJob, type RunRef, stepAt } from '../../../shared/engine/records.ts';

export const FUSE = 'stitching.fuse';
const SCAN = 'ingest.scan';
const TASKS = 10;
export const AT = Date.UTC(2026, 10, 22, 12);

export interface SeenJob {
  readonly folder: OutputFolder;
  readonly job: NewJob;
  readonly state: LocalState;
  /** One more task of fusion is done, with the figures of `figure`. */
  finishTask(): Promise<void>;
  /** Fusion's next task has failed for good, with this message. */
  failTask(message: string): Promise<void>;
  /** All that is left is done, and nobody works on it any more. */
  finish(): Promise<void>;
  /** The process that works on it ends. */
  leave(): Promise<void>;
  remove(): Promise<void>;
}

/** A task of fusion takes two seconds, and works through 8 million voxels. */
export const FIGURE = { seconds: 2, voxels: 8e6, bytesRead: 16e6, bytesWritten: 4e6 } as const;

export async function seenJob(): Promise<SeenJob> {
  const path = mkdtempSync(join(tmpdir(), 'cloudreg-dashboard-'));
  const folder = await openOutputFolder(path);
  const job: NewJob = {
    ...{ jobId: '0123456789abcdef', input: 'file:///data/<b>brain</b>', output: folder.store.url },
    ...{ parameters: {}, pipelineVersion: '1', build: 'test', createdAt: AT, steps: [SCAN, FUSE] },
  };
  await claimFolder(folder, job);
  const owner = await acquireOwner(folder.stateFolder, AT);
  const clock = handClock(AT);
  const state = await openState(folder.stateFolder, clock);
  const { table, figures, queues } = state;
  await table.createJob(job);
  await table.stepDone(job.jobId, stepAt(SCAN, 0));
  const ref: RunRef = { jobId: job.jobId, step: FUSE, generation: 0, pass: 0 };
  const group = { ...ref, group: 0 };
  await table.createRun(ref, { count: TASKS, passes: 1 });
  await table.createGroup(group, TASKS);
  const queue = queues.queue('stitching');
  await queue.send(
    [0, 1, 2].map((index) => ({ body: JSON.stringify(taskMessage(ref, index)), group: job.jobId })),
  );
  clock.advance(30_000);
  await queue.receive({ max: 2, waitSeconds: 0, leaseSeconds: 1e6 });
  await putPicture(folder, 'report/preview-CHN00.png');
  let next = 0;
  let isOwned = true;
  const leave = async (): Promise<void> => {
    if (!isOwned) return;
    isOwned = false;
    state.close();
    await owner.release();
  };
  const finishTask = async (): Promise<void> => {
    const beganAt = AT + next * FIGURE.seconds * 1000;
    await figures.add(ref, { beganAt, endedAt: beganAt + FIGURE.seconds * 1000, ...FIGURE });
    await table.markDone(group, next++);
  };
  return {
    ...{ folder, job, state, leave, finishTask },
    async failTask(message) {
      await table.countAttempt(ref, next, { message, worker: 'test', at: AT });
      await table.markFailed(group, next++);
      await table.groupFailed(ref, 0);
      await table.stepFailed(job.jobId, stepAt(FUSE, 0));
    },
    async finish() {
      while (next < TASKS) await finishTask();
      await table.groupDone(ref, 0, false);
      await table.stepDone(job.jobId, stepAt(FUSE, 0));
      await leave();
    },
    async remove() {
      await leave();
      await rm(path, { recursive: true });
    },
  };
}

async function putPicture({ store }: OutputFolder, key: string): Promise<void> {
  const create = { width: 40, height: 30, channels: 3, background: '#3a7' } as const;
  await store.put(key, await sharp({ create }).png().toBuffer());
}
