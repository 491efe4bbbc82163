/**
 * Fan-in: whoever finds all children of an item settled says so one level up, any number of times. Each level decides
 * from the item that its own write returned (write first, read after), so two who end at once cannot miss each other.
 * Done wins on every level: it takes the child out of `failed`, and `failed` is refused where the child is done.
 */
import { writeAccepted } from './accepted.ts';
import type { Engine } from './engine.ts';
import { firstPass, startable } from './ready.ts';
import {
  type BlockRecord,
  type BlockRef,
  type ChildSets,
  childrenOf,
  type GroupRecord,
  type GroupRef,
  type JobRecord,
  type ParentRecord,
  type ParentRef,
  parentOf,
  type RunRecord,
  type RunRef,
  runOf,
  stepAt,
} from './records.ts';
import { sendPlans } from './send.ts';

export async function groupFanIn(
  engine: Engine,
  job: JobRecord,
  ref: GroupRef,
  group: GroupRecord,
): Promise<void> {
  if (!isComplete(group, group.size)) return;
  // Only for its count, which never changes.
  const run = await engine.table.getRun(ref);
  if (!run) throw new Error(`group ${ref.group} of ${ref.step} exists, its step run does not`);
  const parentRef = parentOf(ref, run.count);
  const parent = await tellParent(engine, parentRef, ref.group, group);
  if ('block' in parentRef) await blockFanIn(engine, job, parentRef, parent as BlockRecord);
  else await stepFanIn(engine, job, parentRef, parent as RunRecord);
}

export async function blockFanIn(
  engine: Engine,
  job: JobRecord,
  ref: BlockRef,
  block: BlockRecord,
): Promise<void> {
  if (!isComplete(block, block.size)) return;
  const run = await tellParent(engine, runOf(ref), ref.block, block);
  await stepFanIn(engine, job, runOf(ref), run as RunRecord);
}

export async function stepFanIn(engine: Engine, job: JobRecord, ref: RunRef, run: RunRecord): Promise<void> {
  if (!isComplete(run, childrenOf(run.count))) return;
  if (run.failed.size === 0) await passDone(engine, job, ref, run);
  else await engine.table.stepFailed(ref.jobId, stepAt(ref.step, ref.generation));
}

async function passDone(engine: Engine, job: JobRecord, ref: RunRef, run: RunRecord): Promise<void> {
  const step = stepAt(ref.step, ref.generation);
  if (run.accepted.size > 0) {
    await writeAccepted(engine, job, ref, run);
    await engine.table.stepIncomplete(ref.jobId, step);
  }
  if (ref.pass + 1 < run.passes) return sendPlans(engine, [{ ...ref, pass: ref.pass + 1 }]);
  const after = await engine.table.stepDone(ref.jobId, step);
  // Generations and done steps from one snapshot: the item this write returned.
  const next = startable(after, engine.steps).map(({ id }) => firstPass(after, id));
  return sendPlans(engine, next);
}

const isComplete = (sets: ChildSets, size: number): boolean =>
  sets.done.size + sets.accepted.size + sets.failed.size >= size;

const tellParent = (
  engine: Engine,
  parent: ParentRef,
  child: number,
  sets: ChildSets,
): Promise<ParentRecord> =>
  sets.failed.size === 0
    ? engine.table.groupDone(parent, child, sets.accepted.size > 0)
    : engine.table.groupFailed(parent, child);
