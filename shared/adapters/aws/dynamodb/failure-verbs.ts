/**
 * Attempts and last errors. Attempts are counted as a set of marks, one for each call: a write whose answer was lost is
 * sent again by the SDK, and a number would then count one attempt twice.
 */
import { randomUUID } from 'node:crypto';
import type { JobTable } from '../../../engine/ports.ts';
import type { FailureRecord, Subject } from '../../../engine/records.ts';
import { type Attributes, number, readJson, readText, readTextSet, text, textSet } from './attributes.ts';
import { expiresAt, failureKey, failuresPartition } from './item-keys.ts';
import { type Items, putItem } from './items.ts';
import { deleteItems, queryPartition } from './many-items.ts';

type FailureVerb = 'countAttempt' | 'resetAttempts' | 'listFailures';

const MARK_LENGTH = 8;

export function failureVerbs(items: Items): Pick<JobTable, FailureVerb> {
  return {
    countAttempt: async (ref, subject, error) =>
      toRecord(
        await putItem(items, failureKey(ref, subject), {
          update: 'ADD #attempts :mark SET #lastError = :error, #expires = :expires',
          values: {
            ':mark': textSet([randomUUID().slice(0, MARK_LENGTH)]),
            ':error': text(JSON.stringify(error)),
            ':expires': number(expiresAt(items.clock.now())),
          },
        }),
      ),
    resetAttempts: (ref, subjects) =>
      deleteItems(
        items,
        subjects.map((subject) => failureKey(ref, subject)),
      ),
    listFailures: async (ref) => (await queryPartition(items, failuresPartition(ref))).map(toRecord),
  };
}

const toRecord = (item: Attributes): FailureRecord => ({
  subject: toSubject(readText(item, 'sk')),
  attempts: readTextSet(item, 'attempts').size,
  lastError: readJson(item, 'lastError'),
});

const toSubject = (sk: string): Subject => (/^\d+$/.test(sk) ? Number(sk) : (sk as Subject));
