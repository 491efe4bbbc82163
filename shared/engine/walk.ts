/**
 * Walk: makes every message of a job again that its records call for, and runs fan-in on what is complete. The core of
 * all commands: whatever was lost (a purge, retention, a command that died half-way), after a walk nothing is missing.
 */
import type { Engine } from './engine.ts';
import { unsettledTasks } from './expand.ts';
import { blockFanIn, groupFanIn, stepFanIn } from './fan-in.ts';
import { expandBlockMessage, expandMessage, planMessage } from './messages.ts';
import { firstPass, startable } from './ready.ts';
import {
  type BlockRef,
  blocksOf,
  type GroupRef,
  groupsOf,
  isFinished,
  type JobRecord,
  type ParentRecord,
  type RunRecord,
  type RunRef,
} from './records.ts';
import { sendMessages } from './send.ts';
import { groupsOfBlock, plannedPasses } from './tree.ts';
import { renewWaiting } from './waiting.ts';

/** The end of every command that starts something: a cancelled job goes on again. */
export async function goOn(engine: Engine, job: JobRecord): Promise<JobRecord> {
  const going = job.cancelled ? await engine.table.setCancelled(job.jobId, false) : job;
  const renewed = await renewWaiting(engine, going);
  await walk(engine, renewed);
  return renewed;
}

export async function walk(engine: Engine, job: JobRecord): Promise<void> {
  for (const { id } of startable(job, engine.steps)) {
    const first = firstPass(job, id);
    let planned = false;
    for await (const { ref, run } of plannedPasses(engine.table, first)) {
      planned = true;
      await walkRun(engine, job, ref, run);
    }
    // The plan of a later pass is sent by the fan-in of the one before.
    if (!planned) await sendMessages(engine, [planMessage(first)]);
  }
}

async function walkRun(engine: Engine, job: JobRecord, ref: RunRef, run: RunRecord): Promise<void> {
  // And goes on below: the plan may have died after sending some of its groups (PROTOCOL section 5, row 14).
  if (!run.expanded) await sendMessages(engine, [planMessage(ref)]);
  const blocks = blocksOf(run.count);
  if (blocks === 0)
    await walkGroups(
      engine,
      job,
      ref,
      run,
      Array.from({ length: groupsOf(run.count) }, (_, n) => n),
    );
  for (let block = 0; block < blocks; block++) {
    if (!isFinished(run, block)) await walkBlock(engine, job, { ...ref, block }, run);
  }
  const after = await engine.table.getRun(ref);
  if (after) await stepFanIn(engine, job, ref, after);
}

async function walkBlock(engine: Engine, job: JobRecord, ref: BlockRef, run: RunRecord): Promise<void> {
  const block = await engine.table.getBlock(ref);
  if (!block?.expanded) await sendMessages(engine, [expandBlockMessage(ref, ref.block)]);
  if (!block) return;
  await walkGroups(engine, job, ref, block, groupsOfBlock(run.count, ref.block));
  const after = await engine.table.getBlock(ref);
  if (after) await blockFanIn(engine, job, ref, after);
}

async function walkGroups(
  engine: Engine,
  job: JobRecord,
  ref: RunRef,
  parent: ParentRecord,
  groups: readonly number[],
): Promise<void> {
  for (const group of groups) {
    if (!isFinished(parent, group)) await walkGroup(engine, job, { ...ref, group });
  }
}

/** Sends its tasks whatever `sent` says: the queue may have forgotten them. */
async function walkGroup(engine: Engine, job: JobRecord, ref: GroupRef): Promise<void> {
  const group = await engine.table.getGroup(ref);
  if (!group) return sendMessages(engine, [expandMessage(ref, ref.group)]);
  await sendMessages(engine, unsettledTasks(ref, group));
  await groupFanIn(engine, job, ref, group);
}
