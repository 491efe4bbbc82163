/** The job itself, one item. */
import type { JobTable } from '../../../engine/ports.ts';
import type { JobRecord } from '../../../engine/records.ts';
import { type Attributes, flag, number, readNumber, readText, text, textSet } from './attributes.ts';
import { ALL_JOBS, jobKey, listingKey } from './item-keys.ts';
import { type Change, changeItem, createItem, getItem, type Items, readItem } from './items.ts';
import { firstItem, generationsText, toJob, waitingChange } from './job-item.ts';
import { getItems, queryPartition } from './many-items.ts';

type JobVerb =
  | 'createJob'
  | 'getJob'
  | 'listJobs'
  | 'setCancelled'
  | 'setWaiting'
  | 'raise'
  | 'stepDone'
  | 'stepIncomplete'
  | 'stepFailed'
  | 'clearSteps';

export function jobVerbs(items: Items): Pick<JobTable, JobVerb> {
  const change = async (jobId: string, update: Change): Promise<JobRecord> =>
    toJob((await changeItem(items, jobKey(jobId), update)).item);
  return {
    // Listed first: a job that nobody could list would be lost; a listing without its job is passed over.
    createJob: async (job) => {
      await createItem(items, listingKey(job.jobId), { createdAt: number(job.createdAt) });
      return toJob(await createItem(items, jobKey(job.jobId), firstItem(job)));
    },
    getJob: async (jobId) => {
      const item = await getItem(items, jobKey(jobId));
      return item && toJob(item);
    },
    listJobs: async () => {
      const listed = await queryPartition(items, ALL_JOBS);
      const found = await getItems(
        items,
        listed.map((item) => jobKey(readText(item, 'sk'))),
      );
      return found.map(toJob).sort((a, b) => a.createdAt - b.createdAt);
    },
    setCancelled: (jobId, cancelled) =>
      change(jobId, { update: 'SET #cancelled = :cancelled', values: { ':cancelled': flag(cancelled) } }),
    setWaiting: async (jobId, seenUntil, update) => {
      const { applied, item } = await changeItem(items, jobKey(jobId), waitingChange(seenUntil, update));
      return { applied, item: toJob(item) };
    },
    raise: async (jobId, seen, raised, quietUntil) => {
      const { applied, item } = await changeItem(items, jobKey(jobId), {
        condition: '#generations = :seen',
        update: 'SET #generations = :raised, #quietUntil = :quietUntil',
        values: {
          ':seen': generationsText(seen),
          ':raised': generationsText(raised),
          ':quietUntil': number(quietUntil),
        },
      });
      // An answer that was lost made the SDK write again, and the second write finds its own first.
      const isOurs =
        readText(item, 'generations') === generationsText(raised).S &&
        readNumber(item, 'quietUntil') === quietUntil;
      return { applied: applied || isOurs, item: toJob(item) };
    },
    stepDone: (jobId, step) =>
      change(jobId, { update: 'ADD #doneSteps :step DELETE #failedSteps :step', values: stepSet([step]) }),
    stepIncomplete: (jobId, step) =>
      change(jobId, { update: 'ADD #incompleteSteps :step', values: stepSet([step]) }),
    stepFailed: (jobId, step) =>
      change(jobId, {
        condition: 'NOT contains(#doneSteps, :name)',
        update: 'ADD #failedSteps :step',
        values: { ...stepSet([step]), ':name': text(step) },
      }),
    clearSteps: async (jobId, steps) =>
      steps.length === 0
        ? toJob(await readItem(items, jobKey(jobId)))
        : change(jobId, { update: 'DELETE #failedSteps :step', values: stepSet(steps) }),
  };
}

const stepSet = (steps: readonly string[]): Attributes => ({ ':step': textSet(steps) });
