/** Step runs and their blocks: parents with the same three sets of children. */
import type { JobTable } from '../../../engine/ports.ts';
import type { BlockRecord, ParentRecord, ParentRef, RunRecord } from '../../../engine/records.ts';
import {
  type Attributes,
  flag,
  number,
  numberSet,
  readChildSets,
  readFlag,
  readNumber,
} from './attributes.ts';
import { blockKey, expiresAt, parentKey, runKey } from './item-keys.ts';
import { type Change, changeItem, createItem, getItem, type Items, readItem } from './items.ts';

type RunVerb =
  | 'createRun'
  | 'getRun'
  | 'createBlock'
  | 'getBlock'
  | 'setExpanded'
  | 'groupDone'
  | 'groupFailed'
  | 'clearGroups';

export function runVerbs(items: Items): Pick<JobTable, RunVerb> {
  const expires = () => number(expiresAt(items.clock.now()));
  const change = async (ref: ParentRef, update: Change): Promise<ParentRecord> => {
    const lasting = 'block' in ref ? withExpiry(update, expires()) : update;
    return toParent(ref, (await changeItem(items, parentKey(ref), lasting)).item);
  };
  return {
    createRun: async (ref, { count, passes }) => {
      const shape = { count: number(count), passes: number(passes) };
      return toRun(await createItem(items, runKey(ref), shape));
    },
    getRun: async (ref) => {
      const item = await getItem(items, runKey(ref));
      return item && toRun(item);
    },
    createBlock: async (ref, size) =>
      toBlock(await createItem(items, blockKey(ref), { size: number(size), expires: expires() })),
    getBlock: async (ref) => {
      const item = await getItem(items, blockKey(ref));
      return item && toBlock(item);
    },
    setExpanded: (ref) => change(ref, { update: 'SET #expanded = :true', values: { ':true': flag(true) } }),
    // Gaps are final when the child is complete, so a child is always put into the same one of the two sets.
    groupDone: (ref, child, gaps) =>
      change(ref, {
        update: `ADD ${gaps ? '#accepted' : '#done'} :children DELETE #failed :children`,
        values: { ':children': numberSet([child]) },
      }),
    groupFailed: (ref, child) =>
      change(ref, {
        condition: 'NOT contains(#done, :child) AND NOT contains(#accepted, :child)',
        update: 'ADD #failed :children',
        values: { ':children': numberSet([child]), ':child': number(child) },
      }),
    clearGroups: async (ref, children) =>
      children.length === 0
        ? toParent(ref, await readItem(items, parentKey(ref)))
        : change(ref, {
            update: 'DELETE #failed :children',
            values: { ':children': numberSet(children) },
          }),
  };
}

/** The same change, and the item expires so long after it. */
export function withExpiry({ update, values, ...rest }: Change, expires: Attributes[string]): Change {
  // An expression has each kind of clause once.
  const merged = /\bSET /.test(update)
    ? update.replace(/\bSET /, 'SET #expires = :expires, ')
    : `SET #expires = :expires ${update}`;
  return { ...rest, update: merged, values: { ...values, ':expires': expires } };
}

const toParent = (ref: ParentRef, item: Attributes): ParentRecord =>
  'block' in ref ? toBlock(item) : toRun(item);

const toRun = (item: Attributes): RunRecord => ({
  count: readNumber(item, 'count'),
  passes: readNumber(item, 'passes'),
  expanded: readFlag(item, 'expanded'),
  ...readChildSets(item),
});

const toBlock = (item: Attributes): BlockRecord => ({
  size: readNumber(item, 'size'),
  expanded: readFlag(item, 'expanded'),
  ...readChildSets(item),
});
