/** What the engine asks of queues and table for a pass of so many tasks (PROTOCOL section 2), as AWS bills it. */
import { blocksOf, childrenOf, groupsOf } from '../../shared/engine/records.ts';
import { BLOCK_SIZE, GROUP_SIZE } from '../../shared/engine/sizes.ts';

export interface EngineRequests {
  readonly sqsRequests: number;
  /** Strongly consistent, of 4 KB. */
  readonly readUnits: number;
  /** Of 1 KB. */
  readonly writeUnits: number;
  /** Messages that Lambda handles: plans and expansions. */
  readonly planMessages: number;
}

/** Entries of one request. */
const SQS_BATCH = 10;
/** A consumer renews its leases at a third of 300 s (shared/hosts/consumer). */
const HEARTBEAT_SECONDS = 100;
/** A member of a set of numbers and the rest of its item, bytes: an update costs the whole item. */
const MEMBER_BYTES = 4;
const ITEM_BYTES = 150;

export function passRequests(tasks: number, taskSeconds: number): EngineRequests {
  const [groups, blocks] = [groupsOf(tasks), blocksOf(tasks)];
  const planMessages = 1 + blocks + groups;
  const heartbeats = tasks * Math.floor(taskSeconds / HEARTBEAT_SECONDS);
  return {
    planMessages,
    // Sent in tens; received one by one, as tasks end one by one; deleted within a second, so seldom with others.
    sqsRequests:
      groups * Math.ceil(Math.min(tasks, GROUP_SIZE) / SQS_BATCH) +
      Math.ceil(groups / SQS_BATCH) +
      1 +
      2 * tasks +
      2 * planMessages +
      heartbeats,
    // A task reads its group; an expansion its job, its step run and that again when its group is complete.
    readUnits: tasks + heartbeats + 4 * planMessages,
    // A task marks itself done; a group is made, sent, and counted in its parent; a parent is made, expanded, counted.
    writeUnits: tasks + groups * (2 + parentUnits(tasks)) + 3 * (blocks + 1),
  };
}

/** Of adding a child to its parent, on average over the children. */
function parentUnits(tasks: number): number {
  const children = blocksOf(tasks) > 0 ? BLOCK_SIZE : childrenOf(tasks);
  return Math.ceil((ITEM_BYTES + (MEMBER_BYTES * children) / 2) / 1024);
}

export const sumRequests = (all: readonly EngineRequests[]): EngineRequests => ({
  sqsRequests: sum(all.map(({ sqsRequests }) => sqsRequests)),
  readUnits: sum(all.map(({ readUnits }) => readUnits)),
  writeUnits: sum(all.map(({ writeUnits }) => writeUnits)),
  planMessages: sum(all.map(({ planMessages }) => planMessages)),
});

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
