/**
 * The one table of a deployment: `<deployment>-jobs`, partition key `pk` and sort key `sk` (both strings), on demand,
 * expiry (TTL) by the attribute `expires`, no index.
 *
 * | record   | pk                           | sk          | about                                                    |
 * |----------|------------------------------|-------------|----------------------------------------------------------|
 * | job      | `<job>`                      | `job`       | parameters, generations, sets of steps                   |
 * | step run | `<job>/<step>@<g>/<pass>`    | `run`       | task count, passes, `expanded`, sets of children         |
 * | block    | `<step run>/block/<n>`       | `block`     | size, `expanded`, sets of groups                         |
 * | group    | `<step run>/group/<n>`       | `group`     | size, `sent`, sets of slots: below 1 KB, so that each    |
 * |          |                              |             | write of a task costs one unit                           |
 * | failure  | `<step run>/failures`        | `<subject>` | attempts, last error                                     |
 * | listing  | `jobs`                       | `<job>`     | nothing: that there is such a job                        |
 *
 * One partition takes 1,000 write and 3,000 read units a second, so what many tasks write has a partition key of its
 * own: groups, 256 tasks each. A job's record is read and seldom written. Only creating a job and listing all touch `jobs`
 * (an index could not be read consistently). Sets are number or string sets, an empty one is an absent attribute.
 *
 * Blocks, groups and failures expire 90 days after their last write, and nothing reads that as more than absence: a job
 * that is resumed later makes them again. Jobs and step runs stay.
 */
import type { BlockRef, GroupRef, ParentRef, RunRef, Subject } from '../../../engine/records.ts';

export interface ItemKey {
  readonly pk: string;
  readonly sk: string;
}

/** Partition of the listing. No job has this id: ids are 16 hex digits. */
export const ALL_JOBS = 'jobs';

const runPartition = (ref: RunRef): string => `${ref.jobId}/${ref.step}@${ref.generation}/${ref.pass}`;

export const jobKey = (jobId: string): ItemKey => ({ pk: jobId, sk: 'job' });
export const listingKey = (jobId: string): ItemKey => ({ pk: ALL_JOBS, sk: jobId });
export const runKey = (ref: RunRef): ItemKey => ({ pk: runPartition(ref), sk: 'run' });
export const blockKey = (ref: BlockRef): ItemKey => ({
  pk: `${runPartition(ref)}/block/${ref.block}`,
  sk: 'block',
});
export const parentKey = (ref: ParentRef): ItemKey => ('block' in ref ? blockKey(ref) : runKey(ref));
export const groupKey = (ref: GroupRef): ItemKey => ({
  pk: `${runPartition(ref)}/group/${ref.group}`,
  sk: 'group',
});
export const failuresPartition = (ref: RunRef): string => `${runPartition(ref)}/failures`;
export const failureKey = (ref: RunRef, subject: Subject): ItemKey => ({
  pk: failuresPartition(ref),
  sk: String(subject),
});

const EXPIRY_DAYS = 90;

/** Seconds since 1970, as expiry wants it. */
export const expiresAt = (nowMilliseconds: number): number =>
  Math.floor(nowMilliseconds / 1000) + EXPIRY_DAYS * 86_400;
