/** Going down from a step run to its groups, whether or not there are blocks in between. */
import type { JobTable } from './ports.ts';
import {
  BLOCK_SIZE,
  type BlockRef,
  blockSize,
  blocksOf,
  type GroupRecord,
  type GroupRef,
  groupsOf,
  type ParentRecord,
  type ParentRef,
  type RunRecord,
  type RunRef,
} from './records.ts';

/** A step run, or one of its blocks, as the holder of groups. */
export interface GroupParent {
  readonly ref: ParentRef;
  readonly record: ParentRecord;
  /** Numbers of the groups it holds. */
  readonly groups: readonly number[];
}

type Skip = (parent: ParentRecord, child: number) => boolean;

/** The holders of groups that exist; `skip` says which blocks need not be read. */
export async function* groupParents(
  table: JobTable,
  ref: RunRef,
  run: RunRecord,
  skip: Skip,
): AsyncGenerator<GroupParent> {
  const blocks = blocksOf(run.count);
  if (blocks === 0) yield { ref, record: run, groups: range(0, groupsOf(run.count)) };
  for (let number = 0; number < blocks; number++) {
    if (skip(run, number)) continue;
    const blockRef: BlockRef = { ...ref, block: number };
    const record = await table.getBlock(blockRef);
    if (record) yield { ref: blockRef, record, groups: groupsOfBlock(run.count, number) };
  }
}

/** The groups that exist below one holder, but for those that `skip` names. */
export async function* groupsBelow(
  table: JobTable,
  ref: RunRef,
  parent: GroupParent,
  skip: Skip,
): AsyncGenerator<{ readonly ref: GroupRef; readonly group: GroupRecord }> {
  for (const number of parent.groups) {
    if (skip(parent.record, number)) continue;
    const groupRef: GroupRef = { ...ref, group: number };
    const group = await table.getGroup(groupRef);
    if (group) yield { ref: groupRef, group };
  }
}

export const groupsOfBlock = (count: number, block: number): number[] =>
  range(block * BLOCK_SIZE, blockSize(count, block));

/** The passes of a step that were planned, one after the other. */
export async function* plannedPasses(
  table: JobTable,
  first: RunRef,
): AsyncGenerator<{ readonly ref: RunRef; readonly run: RunRecord }> {
  for (let pass = 0; ; pass++) {
    const ref: RunRef = { ...first, pass };
    const run = await table.getRun(ref);
    if (!run) return;
    yield { ref, run };
  }
}

const range = (first: number, size: number): number[] => Array.from({ length: size }, (_, i) => first + i);
