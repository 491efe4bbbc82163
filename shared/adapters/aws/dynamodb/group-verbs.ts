/** Groups of up to 256 tasks. Every condition and update is the line of that verb in PROTOCOL section 1. */
import type { Conditional, JobTable } from '../../../engine/ports.ts';
import type { GroupRecord, GroupRef } from '../../../engine/records.ts';
import {
  type Attributes,
  flag,
  number,
  numberSet,
  readChildSets,
  readFlag,
  readNumber,
} from './attributes.ts';
import { expiresAt, groupKey } from './item-keys.ts';
import { type Change, changeItem, createItem, getItem, type Items, readItem } from './items.ts';
import { withExpiry } from './run-verbs.ts';

type GroupVerb =
  | 'createGroup'
  | 'getGroup'
  | 'setSent'
  | 'markDone'
  | 'healDone'
  | 'markFailed'
  | 'clearFailed'
  | 'accept';

export function groupVerbs(items: Items): Pick<JobTable, GroupVerb> {
  const expires = () => number(expiresAt(items.clock.now()));
  const change = async (ref: GroupRef, update: Change): Promise<Conditional<GroupRecord>> => {
    const { applied, item } = await changeItem(items, groupKey(ref), withExpiry(update, expires()));
    return { applied, item: toGroup(item) };
  };
  const changed = async (ref: GroupRef, update: Change): Promise<GroupRecord> =>
    (await change(ref, update)).item;
  const read = async (ref: GroupRef): Promise<GroupRecord> => toGroup(await readItem(items, groupKey(ref)));

  return {
    createGroup: async (ref, size) =>
      toGroup(await createItem(items, groupKey(ref), { size: number(size), expires: expires() })),
    getGroup: async (ref) => {
      const item = await getItem(items, groupKey(ref));
      return item && toGroup(item);
    },
    setSent: (ref) => changed(ref, { update: 'SET #sent = :true', values: { ':true': flag(true) } }),
    markDone: (ref, slot) =>
      changed(ref, {
        condition: 'NOT contains(#failed, :slot) AND NOT contains(#accepted, :slot)',
        update: 'ADD #done :slots',
        values: one(slot),
      }),
    healDone: (ref, slot) =>
      changed(ref, {
        condition: 'NOT contains(#accepted, :slot)',
        update: 'ADD #done :slots DELETE #failed :slots',
        values: one(slot),
      }),
    markFailed: (ref, slot) =>
      changed(ref, {
        condition: 'NOT contains(#done, :slot) AND NOT contains(#accepted, :slot)',
        update: 'ADD #failed :slots',
        values: one(slot),
      }),
    clearFailed: (ref, slots) =>
      slots.length === 0
        ? read(ref)
        : changed(ref, { update: 'DELETE #failed :slots', values: { ':slots': numberSet(slots) } }),
    accept: async (ref, slots) => {
      // Nothing to write, and no empty set to compare with.
      if (slots.length === 0) {
        const item = await read(ref);
        return { applied: item.failed.size === 0, item };
      }
      return change(ref, {
        condition: '#failed = :slots',
        update: 'ADD #accepted :slots REMOVE #failed',
        values: { ':slots': numberSet(slots) },
      });
    },
  };
}

const one = (slot: number): Attributes => ({ ':slot': number(slot), ':slots': numberSet([slot]) });

const toGroup = (item: Attributes): GroupRecord => ({
  size: readNumber(item, 'size'),
  sent: readFlag(item, 'sent'),
  ...readChildSets(item),
});
