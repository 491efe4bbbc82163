/** `expand-block` makes a block and sends its groups; `expand` makes a group and sends its tasks. */
import { attemptFailed, type Dead, failStep, recordDead } from './attempts.ts';
import type { Engine } from './engine.ts';
import { PermanentError } from './errors.ts';
import { blockFanIn, groupFanIn } from './fan-in.ts';
import {
  type ExpandBlockMessage,
  type ExpandMessage,
  expandMessage,
  type Message,
  runRefOf,
  taskMessage,
} from './messages.ts';
import { DELETE, type Outcome } from './outcome.ts';
import {
  BLOCK_SIZE,
  type BlockRecord,
  type BlockRef,
  blockSize,
  blocksOf,
  GROUP_SIZE,
  type GroupRecord,
  type GroupRef,
  groupSize,
  groupsOf,
  isSettled,
  type JobRecord,
} from './records.ts';
import { sendMessages } from './send.ts';

export async function handleExpandBlock(
  engine: Engine,
  job: JobRecord,
  message: ExpandBlockMessage,
  dead: Dead | undefined,
): Promise<Outcome> {
  const ref: BlockRef = { ...runRefOf(message), block: message.block };
  const subject = `expand-block-${ref.block}` as const;
  const fail = async () => failStep(engine, ref, (await engine.table.getBlock(ref))?.expanded ?? false);
  if (dead) {
    await recordDead(engine, ref, subject, dead);
    return fail();
  }
  const run = await engine.table.getRun(ref);
  if (!run || ref.block >= blocksOf(run.count)) {
    const error = new PermanentError(`there is no block ${ref.block} of ${ref.step}, pass ${ref.pass}`);
    return (await attemptFailed(engine, ref, subject, error)) ?? fail();
  }
  const block = await sendGroups(
    engine,
    ref,
    await engine.table.createBlock(ref, blockSize(run.count, ref.block)),
  );
  await blockFanIn(engine, job, ref, block);
  return DELETE;
}

async function sendGroups(engine: Engine, ref: BlockRef, block: BlockRecord): Promise<BlockRecord> {
  if (block.expanded) return block;
  const first = ref.block * BLOCK_SIZE;
  const groups = Array.from({ length: block.size }, (_, offset) => expandMessage(ref, first + offset));
  await sendMessages(engine, groups);
  return (await engine.table.setExpanded(ref)) as BlockRecord;
}

export async function handleExpand(
  engine: Engine,
  job: JobRecord,
  message: ExpandMessage,
  dead: Dead | undefined,
): Promise<Outcome> {
  const ref: GroupRef = { ...runRefOf(message), group: message.group };
  const subject = `expand-${ref.group}` as const;
  const fail = async () => failStep(engine, ref, (await engine.table.getGroup(ref))?.sent ?? false);
  if (dead) {
    await recordDead(engine, ref, subject, dead);
    return fail();
  }
  const run = await engine.table.getRun(ref);
  if (!run || ref.group >= groupsOf(run.count)) {
    const error = new PermanentError(`there is no group ${ref.group} of ${ref.step}, pass ${ref.pass}`);
    return (await attemptFailed(engine, ref, subject, error)) ?? fail();
  }
  const group = await sendTasks(
    engine,
    ref,
    await engine.table.createGroup(ref, groupSize(run.count, ref.group)),
  );
  await groupFanIn(engine, job, ref, group);
  return DELETE;
}

async function sendTasks(engine: Engine, ref: GroupRef, group: GroupRecord): Promise<GroupRecord> {
  if (group.sent) return group;
  await sendMessages(engine, unsettledTasks(ref, group));
  return engine.table.setSent(ref);
}

export function unsettledTasks(ref: GroupRef, group: GroupRecord): Message[] {
  const tasks: Message[] = [];
  for (let slot = 0; slot < group.size; slot++) {
    if (!isSettled(group, slot)) tasks.push(taskMessage(ref, ref.group * GROUP_SIZE + slot));
  }
  return tasks;
}
